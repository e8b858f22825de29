"""Kaleyra (Tata Communications): its WhatsApp API, second generation."""
