"""Other systems' clients, written from what they are known to send: nothing here imports the house."""
