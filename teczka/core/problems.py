"""What went wrong, in words: one sentence that names the step that failed, and one that says what to do.

English, and the msgids of the pages' catalogues: web/problems.py says them in the reader's language, the commands as they stand.
"""

from typing import Any

from teczka.core.errors import Problem, Trouble
from teczka.core.msgids import gettext_noop as _
from teczka.core.oauth import ADMINISTRATORS
from teczka.core.problems_backup import OF_BACKUP
from teczka.core.problems_fetching import OF_FETCHING
from teczka.core.problems_folders import OF_FOLDERS
from teczka.core.problems_import import OF_IMPORT
from teczka.core.problems_sending import OF_SENDING

_KEEPER = _("Tell whoever keeps this Teczka running.")
_OTHER_FOLDER = _("Run as the user who owns it, or choose another folder (TECZKA_DATA).")
_LATER = _("Nothing is lost. We keep trying by ourselves.")
_ANEW = _("Nothing was saved. Wait a minute and try again.")
_SERVER_ANEW = _(
    "Nothing was saved. Wait a minute and try again. If it fails again, check the server name and the port."
)
_BEGIN_ANEW = _("Nothing was saved. Begin again, and do at %(provider)s what it asks for.")
_CERTIFICATE = _("Do not send your password there before your provider has mended its certificate.")

_RECONNECT = _("Reconnect the account: sign in once more. Its mail and settings stay as they are.")
_REGISTRATION = _(
    "An administrator of your office can mend it under Administration → Sign-in with Microsoft and Google. New mail waits on its server."
)

# Trouble → (what happened, what to do). A test fails when one is missing.
SENTENCES: dict[Trouble, tuple[str, str]] = {
    Trouble.ADDRESS_SPELLING: (
        _("“%(address)s” is not an e-mail address."),
        _("It has to look like anna@example.com."),
    ),
    Trouble.ADDRESS_UNKNOWN: (
        _("There is no server named “%(host)s”."),
        _("Look for a slip in the server name; your provider's help pages give it, often as imap.example.com."),
    ),
    Trouble.CONNECT_FAILED: (
        _("“%(host)s” cannot be reached on port %(port)s."),
        _(
            "Check the server name and the port with your provider. If the server stands in the office's own network, or in that of"
            " this Teczka, whoever keeps Teczka running has to allow it first (TECZKA_EGRESS_ALLOW)."
        ),
    ),
    Trouble.TLS_NAME: (
        _("The certificate of “%(host)s” is made out to another name."),
        _(
            "Do not send your password there before your provider has mended its certificate, or use the name it is made out to."
        ),
    ),
    Trouble.TLS_EXPIRED: (_("The certificate of “%(host)s” has expired."), _CERTIFICATE),
    Trouble.TLS_UNTRUSTED: (
        _("The certificate of “%(host)s” was issued by nobody that this machine trusts."),
        _CERTIFICATE,
    ),
    Trouble.TLS_FAILED: (
        _("No encrypted connection to “%(host)s” came about."),
        _("Ports 993, 995 and 465 go with TLS, ports 143, 110 and 587 with STARTTLS. Check both with your provider."),
    ),
    Trouble.TLS_MISSING: (
        _("“%(host)s” does not offer STARTTLS on this port."),
        _(
            "Choose TLS and its port (993, 995 or 465). The password was not sent: unencrypted it goes only to servers for which your"
            " office allows that."
        ),
    ),
    Trouble.TLS_REQUIRED: (
        _("Your office allows no unencrypted connection to “%(host)s”."),
        _("Choose TLS. Where the server has none, an administrator of your office can allow it."),
    ),
    Trouble.TLS_PREAUTH: (
        _("“%(host)s” claimed that you were signed in before the connection was encrypted."),
        _("That can be an attack. Choose TLS and its port (993, 995 or 465), and ask your provider."),
    ),
    Trouble.GREETING_SILENT: (
        _("“%(host)s” accepted the connection on port %(port)s and then said nothing."),
        _(
            "Often the port goes with the other kind of encryption: 993, 995 and 465 with TLS, 143, 110 and 587 with STARTTLS."
        ),
    ),
    Trouble.GREETING_FOREIGN: (
        _("On port %(port)s of “%(host)s” there is something else than the mail server that belongs there."),
        _("Check the port with your provider: IMAP is usually on 993, POP3 on 995, SMTP on 465 or 587."),
    ),
    Trouble.SIGNIN_REFUSED: (
        _("“%(host)s” refused the user name “%(username)s” or the password."),
        _(
            "Type the password again. Some providers want an app password here, or mail programs (IMAP, POP3, SMTP) allowed in the"
            " mailbox's settings first."
        ),
    ),
    Trouble.SIGNIN_UNAVAILABLE: (
        _("“%(host)s” lets nobody sign in just now. It says nothing about your password."),
        _("Wait some minutes and try again."),
    ),
    Trouble.SIGNIN_APP_PASSWORD: (
        _("“%(host)s” takes an app password alone, and not your usual one."),
        _("Create an app password in the security settings of your account there, and type it here."),
    ),
    Trouble.SIGNIN_BROWSER: (
        _("“%(host)s” wants to see you in a browser first."),
        _("Sign in to your mailbox by browser, confirm what is asked there, and then check again."),
    ),
    Trouble.SIGNIN_SWITCHED_OFF: (
        _("“%(host)s” lets no mail programs into this mailbox."),
        _("Sign in to the mailbox by browser, switch on IMAP, POP3 and SMTP in its settings, and then check again."),
    ),
    Trouble.SIGNIN_PERHAPS_OFF: (
        _("“%(host)s” refused the user name “%(username)s” or the password, or lets no mail programs in yet."),
        _(
            "Type the password again. If it is right, sign in to the mailbox by browser and allow mail programs (IMAP, POP3, SMTP)"
            " in its settings."
        ),
    ),
    Trouble.SIGNIN_SENDING_OFF: (
        _(
            "Sending through “%(host)s” (authenticated SMTP) is switched off for this mailbox or the whole organisation."
        ),
        _("Ask the administrator of your mail there to switch authenticated SMTP on. Reading works without it."),
    ),
    Trouble.SIGNIN_MODERN_ONLY: (
        _("“%(host)s” takes no passwords any more."),
        _("Use “Sign in with Microsoft” or “Sign in with Google” instead."),
    ),
    Trouble.SIGNIN_UNCONNECTED: (
        _("“%(host)s” knows you, but did not open the mailbox."),
        _(
            "Check that IMAP is switched on for it and that you signed in with the right account. If both are so, wait some minutes."
        ),
    ),
    Trouble.SIGNIN_CONNECTIONS: (
        _("“%(host)s” has too many connections to this mailbox open."),
        _("Close other mail programs that use it, or wait some minutes."),
    ),
    Trouble.SIGNIN_ATTEMPTS: (
        _("“%(host)s” has locked the sign-in after too many attempts."),
        _(
            "Wait an hour, or unlock the account by browser; then type the password again. It may have to be an app password."
        ),
    ),
    Trouble.SIGNIN_EXPIRED: (
        _("The password at “%(host)s” has expired."),
        _("Change it by browser and type the new one here."),
    ),
    Trouble.SIGNIN_QUOTA: (
        _("“%(host)s” gives no more mail today: the day's share of data is used up."),
        _("Nothing is lost. We go on by ourselves as soon as it does."),
    ),
    Trouble.SIGNIN_METHOD: (
        _("“%(host)s” offers no way to sign in with a password."),
        _("Ask your provider whether IMAP with a password, or an app password, can be switched on."),
    ),
    Trouble.SIGNIN_TOKEN: (
        _("“%(host)s” did not let “%(username)s” in, though the sign-in at the provider was in order."),
        _(
            "Check that the address is the one of this mailbox and that IMAP or POP is switched on for it, then reconnect the account."
        ),
    ),
    Trouble.SIGNIN_TOKEN_SENDING: (
        _("“%(host)s” did not let “%(username)s” send, though the sign-in at the provider was in order."),
        _(
            "Signing in once more does not change that. Ask the administrator of your mail there to switch authenticated SMTP on for this"
            " mailbox. Reading works without it."
        ),
    ),
    Trouble.SIGNIN_NO_TOKENS: (
        _("“%(host)s” knows no sign-in by way of Microsoft or Google."),
        _("Check the server name. If it is right, add the account with its password."),
    ),
    Trouble.SIGNIN_ANEW: (
        _("“%(host)s” is another server than the one that the kept password is for."),
        _("Type the password once more: it is sent to another provider's server only when you do."),
    ),
    Trouble.OAUTH_MISSING: (
        _("Signing in with %(provider)s is not set up in your office."),
        _("An administrator of your office sets it up under Administration → Sign-in with Microsoft and Google."),
    ),
    Trouble.OAUTH_STATE: (
        _("The answer from %(provider)s belongs to no sign-in that was begun here, or it came too late."),
        _("Begin again, and finish within ten minutes in this browser."),
    ),
    Trouble.OAUTH_DENIED: (
        _("%(provider)s was not allowed to give Teczka access to the mailbox."),
        _("Nothing was saved. Begin again if that was a slip."),
    ),
    Trouble.OAUTH_PERSON: (
        _("You signed in as “%(granted)s”, but the mailbox is “%(wanted)s”."),
        _("Nothing was saved. Sign in as the owner of the mailbox; %(provider)s lets you choose the account."),
    ),
    Trouble.OAUTH_SCOPE: (
        _("%(provider)s did not grant everything that Teczka needs to fetch and send mail."),
        _("Begin again and leave all permissions ticked. If there is nothing to tick, ask your administrator."),
    ),
    Trouble.OAUTH_ENDED: (_("%(provider)s no longer lets Teczka into this mailbox."), _RECONNECT),
    Trouble.OAUTH_AGAIN: (_("%(provider)s wants you to confirm that it is you."), _RECONNECT),
    Trouble.OAUTH_CONSENT: (
        _("%(provider)s wants an administrator's approval before Teczka may open this mailbox."),
        _("Ask whoever administers your mail to approve Teczka, then sign in once more."),
    ),
    Trouble.OAUTH_HOST: (
        _("“%(host)s” is no mail server of %(provider)s, so it is not shown what %(provider)s gave us."),
        _("Put back the server that was found, or add the account with its password."),
    ),
    Trouble.OAUTH_TENANT: (
        _("This account belongs to an organisation that Teczka's registration at %(provider)s is not for."),
        _REGISTRATION,
    ),
    Trouble.OAUTH_REDIRECT: (
        _("%(provider)s does not know the address that it should send you back to."),
        _REGISTRATION,
    ),
    Trouble.OAUTH_SECRET: (_("%(provider)s refuses Teczka's own client id or secret."), _REGISTRATION),
    Trouble.OAUTH_SECRET_ENDED: (_("The secret that Teczka has from %(provider)s has ended."), _REGISTRATION),
    Trouble.OAUTH_CLIENT: (_("%(provider)s does not know Teczka, or its registration is switched off."), _REGISTRATION),
    Trouble.OAUTH_CONFIGURATION: (_("%(provider)s refuses the way in which Teczka is registered."), _REGISTRATION),
    Trouble.OAUTH_UNKNOWN: (
        _("Nobody here signs in with this %(provider)s account."),
        _("Sign in by your password first, and connect it under Settings → Security."),
    ),
    Trouble.OAUTH_TAKEN: (
        _("Somebody else signs in to Teczka with this %(provider)s account."),
        _("Connect your own, or let them disconnect it first. Nothing was changed."),
    ),
    Trouble.OAUTH_UNAVAILABLE: (_("%(provider)s gave no useful answer just now."), _LATER),
    Trouble.FOLDER_BUSY: (_("The server does not do that just now in the folder “%(folder)s”."), _LATER),
    Trouble.SERVER_CLOSED: (_("“%(host)s” hung up in the middle."), _LATER),
    Trouble.SERVER_SILENT: (_("“%(host)s” stopped answering."), _LATER),
    Trouble.SERVER_GARBAGE: (
        _("“%(host)s” gave an answer that nobody can understand."),
        _("Check the server name and the port. If they are right, tell your provider."),
    ),
    Trouble.SERVER_LIMIT: (
        _("“%(host)s” sent more than any mailbox can hold, so we hung up."),
        _("Nothing of it was stored. If it happens again, tell your provider."),
    ),
    Trouble.SERVER_BUSY: (_("“%(host)s” asks us to slow down."), _LATER),
    Trouble.SECRET_BROKEN: (
        _("The stored password of this account cannot be opened."),
        _(
            "Tell whoever keeps this Teczka running: the keys beside its data are missing, or not those that belong to it."
        ),
    ),
    Trouble.SERVER_INTERVAL: (
        _("“%(host)s” lets nobody in twice within %(minutes)s minutes."),
        _("It is asked again by itself, in %(left)s min."),
    ),
    Trouble.SHARE_USED: (
        _("Today's share of “%(host)s” is used up: Teczka fetches %(megabytes)s MB there within a day at most."),
        _("Nothing is lost. It goes on by itself, before the provider would lock the mailbox."),
    ),
    Trouble.SECRET_MISSING: (
        _("No password is kept for this account."),
        _("Enter it, or sign in again. Nothing that was downloaded is lost."),
    ),
    Trouble.ACCOUNT_LIMIT: (
        _("You may have %(most)s external accounts, and you have them."),
        _("Delete one that you no longer need, or ask an administrator of your office for more."),
    ),
    Trouble.ACCOUNT_DOMAIN: (
        _("Your office allows no external accounts at “%(domain)s”."),
        _("Use another address, or ask an administrator of your office."),
    ),
    Trouble.ACCOUNT_RESTS: (
        _("This account is paused or deleted, so its server is not asked."),
        _("Resume it in External accounts first."),
    ),
    Trouble.ACT_READ_ONLY: (
        _("The account “%(account)s” is read only: nothing is moved or removed on its server."),
        _("You can change that in External accounts, under Edit."),
    ),
    Trouble.ACT_POP3: (
        _("The account “%(account)s” is fetched by POP3, which knows of no folders."),
        _("If its provider offers IMAP, you can change to it in External accounts, under Edit."),
    ),
    Trouble.ACT_ARCHIVED: (
        _("The account “%(account)s” was deleted here; its mail stays as it is."),
        _("Add the account again to work with its mail."),
    ),
    Trouble.ACT_FOLDER_GONE: (
        _("What lies in a folder that was removed on the server cannot be moved any more."),
        _("It is kept here as it is: you can read, find, file and share it."),
    ),
    Trouble.ACT_ELSEWHERE: (
        _("That folder belongs to another account."),
        _("Choose a folder of the account that the message is in."),
    ),
    Trouble.ACT_FOR_GOOD: (
        _("Only what lies in the bin or among spam is removed for good."),
        _("Move it to the bin first."),
    ),
    Trouble.ACT_SHARED: (
        _("These messages are others' mail, shared with you."),
        _("You can read, answer and comment on them; where they lie is for their owners to say."),
    ),
    Trouble.ACT_TOO_LATE: (
        _("This cannot be undone any more."),
        _("Its messages have been moved on since, or are on the server no longer."),
    ),
    Trouble.ACT_SLOW: (
        _("It took too long to find all that the search means, so nothing was done."),
        _("Add a word, a sender or a date to it, or choose the messages one by one."),
    ),
    Trouble.SEARCH_OFTEN: (
        _("You have had servers looked for many times in a short while."),
        _("Wait a minute, or enter the servers by hand."),
    ),
    Trouble.CHECK_BUSY: (
        _("A check of yours is already under way."),
        _("Wait half a minute and try again."),
    ),
    **OF_FETCHING,
    **OF_FOLDERS,
    **OF_SENDING,
    **OF_BACKUP,
    **OF_IMPORT,
    Trouble.ERASE_FILED: (
        _("The message is filed, and what is filed belongs to the office's case."),
        _("Whoever filed it takes it out of the case or the task first; then you can erase it."),
    ),
    Trouble.ERASE_UNDER_WAY: (
        _("The message is still being sent, or its server has not heard yet what was done to it."),
        _("Try again in a moment. What could not be done stands among the account's troubles."),
    ),
    Trouble.PERSON_LAST: (
        _("The office would be left without an administrator who can sign in."),
        _("Make somebody else an administrator first."),
    ),
    Trouble.PERSON_ALONE: (
        _("You cannot take this over yourself while there are others in the office."),
        _("Name somebody else: an administrator sees no cases by handing them over."),
    ),
    Trouble.TASK_WALLED: (
        _("%(name)s is not in the team of this case, and only its team knows of it."),
        _("Give the task to somebody of the team, or take %(name)s into the team first."),
    ),
    Trouble.TASK_LOST: (
        _("You would not see this task yourself any more."),
        _("Leave it so that you do, or ask whoever made it."),
    ),
    Trouble.RULE_CASE: (
        _("The case that the rule names is not there any more, or you may not see it."),
        _("Choose another case in the rule, and switch it on again."),
    ),
    Trouble.RULE_PERSON: (
        _("Somebody with whom the rule shares can no longer sign in."),
        _("Take them out of the rule, and switch it on again."),
    ),
    Trouble.RULE_FOLDER: (
        _("The folder to which the rule moves mail is not there any more."),
        _("Choose another folder in the rule, and switch it on again."),
    ),
    Trouble.RULE_FAILED: (
        _("The rule could not be carried out."),
        _("Look at it once more and save it. If that does not help, ask whoever keeps this Teczka."),
    ),
    Trouble.RULE_BUSY: (
        _("The rule is being applied to older mail already."),
        _("Wait for its end, or take back what it has done so far."),
    ),
    Trouble.RULE_CHANGED: (
        _("The rule has been changed since."),
        _("Try it on your mail once more: it would do something else now."),
    ),
    Trouble.DISK_FULL: (_("There is no room left on Teczka's disk. New mail waits on its server."), _KEEPER),
    Trouble.DATA_LOCKED: (
        _("Another Teczka (process %(pid)s) runs on the data folder %(folder)s."),
        _("Stop that one first, or choose another folder (TECZKA_DATA)."),
    ),
    Trouble.DATA_VERSION: (
        _("The data in %(folder)s was made by PostgreSQL %(found)s, and this is PostgreSQL %(ours)s."),
        _("Name binaries of the right version with TECZKA_POSTGRES_BIN, or restore a backup into a new folder."),
    ),
    Trouble.DATA_FOREIGN: (_("The data folder %(folder)s belongs to another user of the machine."), _OTHER_FOLDER),
    Trouble.DATABASE_BINARIES: (
        _("PostgreSQL was not found in %(folder)s, or the user whom the database runs as cannot reach it."),
        _("Install Teczka again, or name PostgreSQL's binaries with TECZKA_POSTGRES_BIN."),
    ),
    Trouble.DATABASE_USER: (
        _("The machine has no user with the number %(uid)s whom the database could run as."),
        _("Run Teczka as an ordinary user, or give the database's folder to one."),
    ),
    Trouble.DATABASE_PASSAGE: (
        _("The database runs as the user %(user)s, who may not pass through %(shut)s to the data folder %(folder)s."),
        _("Choose a folder that every user of the machine can reach, such as /var/lib/teczka (TECZKA_DATA)."),
    ),
    Trouble.DATABASE_FAILED: (_("The database did not start or stop as it should."), _("Its log is %(log)s.")),
    Trouble.INTERNAL: (
        _("Something failed inside Teczka."),
        _("Try again. If it comes back, tell whoever keeps this Teczka running."),
    ),
}

# What to do instead where an account is only just being added or changed: nobody tries that again by themselves.
UNSAVED: dict[Trouble, str] = {
    Trouble.SERVER_CLOSED: _SERVER_ANEW,
    Trouble.SERVER_SILENT: _SERVER_ANEW,
    Trouble.SERVER_BUSY: _ANEW,
    Trouble.OAUTH_UNAVAILABLE: _ANEW,
    Trouble.SIGNIN_QUOTA: _("Nothing was saved. Try again tomorrow."),
    Trouble.SIGNIN_TOKEN: _(
        "Nothing was saved. Check that the address is the one of this mailbox and that IMAP or POP is switched on for it, then begin again."
    ),
    Trouble.OAUTH_ENDED: _BEGIN_ANEW,
    Trouble.OAUTH_AGAIN: _BEGIN_ANEW,
}

_MENDED = _(
    "Your password still signs you in. An administrator can mend the rest under Administration → Sign-in with Microsoft and Google."
)
# What is said instead where no mailbox is meant: somebody signs in to Teczka, or connects what shall sign them in.
SIGNING_IN: dict[Trouble, tuple[str, str]] = {
    Trouble.OAUTH_DENIED: (
        _("You did not sign in with %(provider)s."),
        _("Nothing was changed. Begin again if that was a slip."),
    ),
    Trouble.OAUTH_SCOPE: (
        _("%(provider)s did not tell who you are."),
        _("Begin again and leave all permissions ticked. If there is nothing to tick, ask your administrator."),
    ),
    Trouble.OAUTH_ENDED: (_("%(provider)s takes its own answer for used, or for too old."), _("Begin again.")),
    Trouble.OAUTH_AGAIN: (SENTENCES[Trouble.OAUTH_AGAIN][0], _("Begin again, and do there what it asks for.")),
    Trouble.OAUTH_CONSENT: (
        _("%(provider)s wants an administrator's approval before you may sign in to Teczka with it."),
        _("Ask whoever administers your mail to approve Teczka, then sign in once more."),
    ),
    Trouble.OAUTH_UNAVAILABLE: (
        SENTENCES[Trouble.OAUTH_UNAVAILABLE][0],
        _("Nothing was changed, and your password still signs you in. Wait a minute and try again."),
    ),
} | {trouble: (SENTENCES[trouble][0], _MENDED) for trouble in ADMINISTRATORS}

# To the administrator who tries the registration: it is they who can mend it.
_MEND_IT = _(
    "Compare what is entered under Administration → Sign-in with Microsoft and Google with the registration at %(provider)s, and try again."
)


class _Params(dict[str, Any]):
    """A trouble that was stored by another version may lack a parameter: the sentence still stands."""

    def __missing__(self, name: str) -> str:
        return "?"


def fill(text: str, params: dict[str, Any]) -> str:
    return text % _Params(params)


def sentences(trouble: Trouble, *, unsaved: bool, signing_in: bool = False, trying: bool = False) -> tuple[str, str]:
    """What happened and what to do, not yet filled in. `unsaved`: it kept an account from being added or changed. `signing_in`: it kept
    somebody from signing in to Teczka with Microsoft or Google, or from connecting that. `trying`: an administrator tries the office's
    registration there."""
    what, advice = SENTENCES[trouble]
    if signing_in:
        return SIGNING_IN.get(trouble, (what, advice))
    if trying and trouble in ADMINISTRATORS:
        return what, _MEND_IT
    return what, UNSAVED.get(trouble, advice) if unsaved else advice


def in_words(problem: Problem, *, unsaved: bool = False) -> str:
    """What happened and what to do, in English, on one line; the server's own words as a quotation after it."""
    said = " ".join(fill(text, problem.params) for text in sentences(problem.trouble, unsaved=unsaved))
    detail = " ".join(problem.detail.split())
    return f"{said} It said: “{detail}”" if detail else said
