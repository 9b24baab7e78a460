"""Mail in files, out of which and into which it is brought: mbox, Maildir, single messages, Outlook's, and ZIPs of them."""
