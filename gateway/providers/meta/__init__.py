"""Meta: the WhatsApp Cloud API without anybody in between."""
