"""What went wrong with what was to be sent, in words (core/problems.py)."""

from teczka.core.errors import Trouble
from teczka.core.msgids import gettext_noop as _

_SENDS_LATER = _("It stays under “Outbox”, and we try again by ourselves.")
_ASK_THEM = _("Check the address, or ask the recipient for another one.")
_UNSUBSCRIBE_ELSE = _("Try again later, or use the link in the message itself if you trust the sender.")

OF_SENDING: dict[Trouble, tuple[str, str]] = {
    Trouble.SENDING_ADDRESS: (
        _("Nothing can be sent to or from the address “%(address)s”."),
        _("Correct it, or take it out, and send again."),
    ),
    Trouble.SENDING_SENDER: (
        _("“%(host)s” does not let you send as “%(address)s”."),
        _("Choose another From, or allow this address as a sender in the provider's settings."),
    ),
    Trouble.SENDING_LIMIT: (
        _("“%(host)s” takes no more messages of this mailbox for now: its limit on sending is reached."),
        _("Send it again later, or from another mailbox."),
    ),
    Trouble.SENDING_UTF8: (
        _("“%(host)s” cannot send to or from addresses with letters such as ą or é."),
        _("Use an address without them, or send from another mailbox."),
    ),
    Trouble.SENDING_EIGHT_BIT: (
        _("“%(host)s” does not take a message that is forwarded as an attachment as it is."),
        _("Forward its text instead, or send from another mailbox."),
    ),
    Trouble.SENDING_UNCERTAIN: (
        _("“%(host)s” did not say whether it has taken the message. It may have been sent, or not."),
        _(
            "We do not send it a second time by ourselves. Look in Sent or ask the recipient; then say that it arrived, or send it again."
        ),
    ),
    Trouble.SENDING_RESTORED: (
        _(
            "Teczka was restored from a backup in which this message still waited to be sent. Whether it was sent since is not known here."
        ),
        _(
            "We do not send it by ourselves. Look in Sent or ask the recipient; then say that it arrived, or send it again."
        ),
    ),
    Trouble.SENDING_EXPIRED: (
        _("We have tried in vain for two days to send the message through “%(host)s”."),
        _("Send it again, or from another mailbox."),
    ),
    Trouble.SENDING_LATE: (
        _("The message was to go more than a day ago, and nothing was sent from this account then."),
        _("We do not send it so late without asking. Send it now, or take it back and change it."),
    ),
    Trouble.SENDING_PARTLY: (
        _("The server took the message for the others, but not for: %(address)s."),
        _(
            "They have not got it, and no other notice of it will come. Send it to another address, or reach them in another way."
        ),
    ),
    Trouble.SENDING_DELETED: (
        _("The account “%(account)s” was deleted before the message left. It was not sent."),
        _("Send it from another account, or give it up."),
    ),
    Trouble.SENDING_NO_SERVER: (
        _("This account has no server to send through."),
        _("Enter its SMTP server in External accounts, or send from another mailbox."),
    ),
    Trouble.SENDING_NOWHERE: (
        _("You have no mailbox to send from yet."),
        _("Add one, or enter the server for sending of one that you have."),
    ),
    Trouble.SENDING_NOBODY: (
        _("The message is addressed to nobody."),
        _("Enter a recipient."),
    ),
    Trouble.SENDING_CROWD: (
        _("The message is addressed to %(count)s people, and one may go to %(most)s at most."),
        _("Send it in several letters."),
    ),
    Trouble.SENDING_TOO_LATE: (
        _("The message cannot be taken back any more: it is being sent, or has been."),
        _("Look under “Outbox” to see how it stands."),
    ),
    Trouble.RECIPIENT_UNKNOWN: (_("“%(address)s” does not exist there."), _ASK_THEM),
    Trouble.RECIPIENT_DOMAIN: (
        _("No mail server was found for the address “%(address)s”."),
        _("Look for a slip in what stands behind the @."),
    ),
    Trouble.RECIPIENT_SPELLING: (_("The server does not understand the address “%(address)s”."), _ASK_THEM),
    Trouble.RECIPIENT_FULL: (
        _("The mailbox “%(address)s” is full."),
        _("Send it again later, or reach the recipient in another way."),
    ),
    Trouble.RECIPIENT_LATER: (_("The server takes nothing for “%(address)s” just now."), _SENDS_LATER),
    Trouble.RECIPIENT_REFUSED: (_("The server takes nothing for “%(address)s”."), _ASK_THEM),
    Trouble.MESSAGE_SIZE: (
        _("The message is larger than “%(host)s” takes."),
        _("Take out attachments, or send them in several messages."),
    ),
    Trouble.MESSAGE_SPAM: (
        _("“%(host)s” took the message for spam or found something harmful in it."),
        _("Look through its attachments and links. If all is in order, ask your provider."),
    ),
    Trouble.MESSAGE_LATER: (_("“%(host)s” does not take the message just now."), _SENDS_LATER),
    Trouble.MESSAGE_REFUSED: (
        _("“%(host)s” refused the message."),
        _("What it said may tell why. Change the message, or send from another mailbox."),
    ),
    Trouble.UPLOAD_LARGE: (
        _("“%(name)s” is too large: a file may have %(megabytes)s MB at most."),
        _("Share it in another way and write where it is to be found."),
    ),
    Trouble.UPLOAD_CUT: (_("“%(name)s” did not arrive whole."), _("Attach it again.")),
    Trouble.UPLOAD_NONE: (_("The letter has no file."), _("Attach one first.")),
    Trouble.LETTER_LONG: (
        _("The text of the letter is too long, or too deeply nested, to be kept whole. It was not saved."),
        _("Take out some of what is quoted or pasted, or attach it as a file."),
    ),
    Trouble.LETTER_CHARACTERS: (
        _("The field “%(field)s” holds a line break or another character that no letter may have there."),
        _("Type it anew, without what was pasted into it."),
    ),
    Trouble.LETTER_ATTACHMENT: (
        _("The attachment “%(name)s” is not complete any more."),
        _("Take it out of the letter and attach it again. Nothing was sent."),
    ),
    Trouble.LETTER_CHECK: (
        _("The letter was put together, but its field “%(field)s” does not read as it was written. It was not sent."),
        _("Write that field more simply and try again. If it comes back, tell whoever keeps this Teczka running."),
    ),
    Trouble.UNSUBSCRIBE_UNREACHED: (
        _("“%(host)s” cannot be reached just now, so it was told nothing."),
        _UNSUBSCRIBE_ELSE,
    ),
    Trouble.UNSUBSCRIBE_REFUSED: (
        _("“%(host)s” did not take your wish to get no more of these messages (it answered %(status)s)."),
        _UNSUBSCRIBE_ELSE,
    ),
}
