"""通知: conversations without a number, and notices by SMS."""
