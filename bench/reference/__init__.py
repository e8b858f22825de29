"""What a competent team would write in an afternoon: the yardstick that ours is measured against."""
