"""What every Switchboard process needs: settings, logs, metrics, lifecycle, the broker and the store."""
