"""The map of the product: every address that answers. tests/web/test_sweep.py visits each of them as everybody."""

from allauth.account.views import login
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.i18n import set_language

from teczka.core.cases import CaseState
from teczka.core.settings import settings
from teczka.web.accounts.accounts import account_lines, account_list
from teczka.web.accounts.add import account_add
from teczka.web.accounts.archive import account_export, account_export_file
from teczka.web.accounts.check import account_check, diagnosis_send
from teczka.web.accounts.details import account_details, account_offer
from teczka.web.accounts.edit import account_edit
from teczka.web.accounts.life import account_delete, account_fetch, account_pause, account_restore, account_resume
from teczka.web.accounts.oauth import account_forget, account_reconnect, oauth_again
from teczka.web.accounts.signin import account_signin
from teczka.web.callback import oauth_callback
from teczka.web.cases.audit import case_audit, case_audit_file
from teczka.web.cases.cases import case_list_page
from teczka.web.cases.documents import (
    case_document,
    case_document_add,
    case_document_remove,
    case_document_rename,
    case_document_restore,
    case_documents,
)
from teczka.web.cases.edit import case_add, case_edit
from teczka.web.cases.export import case_zip, case_zip_file
from teczka.web.cases.finding import case_find
from teczka.web.cases.importing import case_import, case_import_confirm, case_table, case_template
from teczka.web.cases.notes import case_note, case_note_add, case_note_drop, case_note_restore, case_notes
from teczka.web.cases.older import case_older
from teczka.web.cases.people import case_people, case_team, case_unwall, case_wall
from teczka.web.cases.pins import case_pin, case_unpin
from teczka.web.cases.references import reference
from teczka.web.cases.rules import case_rules
from teczka.web.cases.state import case_state
from teczka.web.cases.tasks import case_tasks
from teczka.web.cases.timeline import case_timeline
from teczka.web.compose.ending import compose_done, compose_pick, compose_undo, compose_zip
from teczka.web.compose.files import compose_file, compose_file_drop, compose_files
from teczka.web.compose.identities import identity_add, identity_drop, identity_edit, identity_list
from teczka.web.compose.outbox import outbox_act, outbox_letter, outbox_list
from teczka.web.compose.page import compose, compose_new
from teczka.web.compose.people import compose_people
from teczka.web.compose.saving import compose_copy, compose_keep, compose_save, compose_signed_in
from teczka.web.compose.sending import compose_send
from teczka.web.compose.templates import template_add, template_drop, template_edit, template_list
from teczka.web.help import help_page
from teczka.web.home import home
from teczka.web.imports.page import import_act, import_begin, import_file, import_page
from teczka.web.mail.acts import act, act_dismiss, act_last, act_undo
from teczka.web.mail.choosing import filing_choose
from teczka.web.mail.comments import comment_delete, comment_edit, comment_hear, message_comments
from teczka.web.mail.conversation import message_conversation
from teczka.web.mail.erasure import message_erase
from teczka.web.mail.filing import file, filing_aside, filing_never, filing_undo
from teczka.web.mail.folders import folder_page, folder_rows, folder_tree
from teczka.web.mail.frame import frame
from teczka.web.mail.labels import message_labels
from teczka.web.mail.messages import message, message_body, message_pane, message_raw, message_turn
from teczka.web.mail.parts import message_part_page
from teczka.web.mail.printing import message_print, message_print_conversation
from teczka.web.mail.roles import folder_role
from teczka.web.mail.shaping import folder_create, folder_remove, folder_rename
from teczka.web.mail.shared import shared_list, shared_rows
from teczka.web.mail.sharing import message_share
from teczka.web.mail.unfetched import folder_heard
from teczka.web.mail.unfiled import unfiled, unfiled_rows
from teczka.web.mail.unified import unified, unified_accounts, unified_rows
from teczka.web.mail.unsubscribe import message_unsubscribe
from teczka.web.office.accounts import office_limit, office_people
from teczka.web.office.audit import office_audit, office_audit_file
from teczka.web.office.diagnoses import office_diagnoses, office_diagnosis_close
from teczka.web.office.health import office_connect, office_health
from teczka.web.office.numbering import office_number_drop, office_numbers
from teczka.web.office.oauth import office_oauth, office_oauth_remove, office_oauth_test
from teczka.web.office.offers import office_offer_add, office_offer_drop, office_offers
from teczka.web.office.people import (
    office_hand_over,
    office_invite,
    office_person,
    office_person_act,
    office_person_link,
    office_person_role,
)
from teczka.web.office.policy import office_policy
from teczka.web.office.second_factor import office_second_factor
from teczka.web.office.set_up import set_up
from teczka.web.palette import palette
from teczka.web.rules.acting import rule_act, rule_except, rule_run_act, rule_template_drop, rule_try
from teczka.web.rules.editor import rule_add, rule_edit, rule_told
from teczka.web.rules.listing import rule_list
from teczka.web.rules.notice import rule_notice
from teczka.web.rules.page import rule
from teczka.web.search.marks import message_marks
from teczka.web.search.offers import search_offers
from teczka.web.search.page import search_live, search_page, search_rows
from teczka.web.search.saved import search_forget, search_noted, search_save, search_saved, search_saved_drop
from teczka.web.session.demo import enter
from teczka.web.session.join import join
from teczka.web.session.leaving import sign_out
from teczka.web.session.passkey_door import passkey_begin, passkey_in
from teczka.web.session.passkeys import passkey_add, passkey_make, passkey_remove, passkey_rename
from teczka.web.session.provider_identities import (
    provider_connect,
    provider_disconnect,
    provider_noted,
    provider_sign_in,
)
from teczka.web.session.second_factor import (
    second_factor_codes,
    second_factor_noted,
    second_factor_off,
    second_factor_set_up,
)
from teczka.web.session.second_step import second_factor
from teczka.web.session.security import elsewhere, security
from teczka.web.session.settings import own_settings
from teczka.web.source import source
from teczka.web.tasks.acting import task_act, task_quick
from teczka.web.tasks.edit import task_add, task_edit, task_told
from teczka.web.tasks.listing import task_list, task_list_done, task_list_office
from teczka.web.tasks.reminders import reminders

handler400 = "teczka.web.proxies.bad_request"
urlpatterns = [
    path("", home, name="home"),
    path("setup/<str:token>/", set_up, name="set_up"),
    path("join/<uuid:person_id>/<str:token>/", join, name="join"),
    path("sign-in/", login, name="account_login"),
    path("sign-in/code/", second_factor, name="second_factor"),
    path("sign-in/with/<str:provider>/", provider_sign_in, name="provider_sign_in"),
    path("sign-in/passkey/", passkey_in, name="passkey_in"),
    path("sign-in/passkey/begin/", passkey_begin, name="passkey_begin"),
    path("sign-out/", sign_out, name="account_logout"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("help/", help_page, name="help_contents"),
    path("help/<slug:topic>/", help_page, name="help"),
    path("source/", source, name="source"),
    path("palette/", palette, name="palette"),
    path("settings/", own_settings, name="own_settings"),
    path("settings/security/", security, name="security"),
    path("settings/security/elsewhere/", elsewhere, name="security_elsewhere"),
    path("settings/security/with/<str:provider>/", provider_connect, name="provider_connect"),
    path("settings/security/with/<str:provider>/disconnect/", provider_disconnect, name="provider_disconnect"),
    path("settings/security/noted/", provider_noted, name="provider_noted"),
    path("settings/security/second-factor/", second_factor_set_up, name="second_factor_set_up"),
    path("settings/security/second-factor/off/", second_factor_off, name="second_factor_off"),
    path("settings/security/second-factor/codes/", second_factor_codes, name="second_factor_codes"),
    path("settings/security/second-factor/noted/", second_factor_noted, name="second_factor_noted"),
    path("settings/security/passkeys/add/", passkey_add, name="passkey_add"),
    path("settings/security/passkeys/make/", passkey_make, name="passkey_make"),
    path("settings/security/passkeys/<uuid:passkey_id>/", passkey_rename, name="passkey_rename"),
    path("settings/security/passkeys/<uuid:passkey_id>/remove/", passkey_remove, name="passkey_remove"),
    path("settings/reminders/", reminders, name="reminders"),
    path("settings/identities/", identity_list, name="identity_list"),
    path("settings/identities/accounts/<uuid:account_id>/add/", identity_add, name="identity_add"),
    path("settings/identities/<uuid:identity_id>/", identity_edit, name="identity_edit"),
    path("settings/identities/<uuid:identity_id>/drop/", identity_drop, name="identity_drop"),
    path("settings/templates/", template_list, name="template_list"),
    path("settings/templates/add/", template_add, name="template_add"),
    path("settings/templates/<uuid:template_id>/", template_edit, name="template_edit"),
    path("settings/templates/<uuid:template_id>/drop/", template_drop, name="template_drop"),
    path("accounts/", account_list, name="account_list"),
    path("accounts/lines/", account_lines, name="account_lines"),
    path("accounts/add/", account_add, name="account_add"),
    path("accounts/add/details/", account_details, name="account_details"),
    path("accounts/offers/<uuid:offer_id>/", account_offer, name="account_offer"),
    path("accounts/diagnosis/", diagnosis_send, name="diagnosis_send"),
    path("accounts/<uuid:account_id>/edit/", account_edit, name="account_edit"),
    path("accounts/<uuid:account_id>/check/", account_check, name="account_check"),
    path("accounts/<uuid:account_id>/sign-in/", account_signin, name="account_signin"),
    path("accounts/<uuid:account_id>/fetch/", account_fetch, name="account_fetch"),
    path("accounts/<uuid:account_id>/pause/", account_pause, name="account_pause"),
    path("accounts/<uuid:account_id>/resume/", account_resume, name="account_resume"),
    path("accounts/<uuid:account_id>/delete/", account_delete, name="account_delete"),
    path("accounts/<uuid:account_id>/restore/", account_restore, name="account_restore"),
    path("accounts/<uuid:account_id>/reconnect/", account_reconnect, name="account_reconnect"),
    path("accounts/<uuid:account_id>/forget/", account_forget, name="account_forget"),
    path("accounts/<uuid:account_id>/export/", account_export, name="account_export"),
    path("accounts/<uuid:account_id>/export/file/", account_export_file, name="account_export_file"),
    path("imports/", import_page, name="imports"),
    path("imports/begin/", import_begin, name="import_begin"),
    path("imports/<uuid:import_id>/files/", import_file, name="import_file"),
    path("imports/<uuid:import_id>/<str:verb>/", import_act, name="import_act"),
    path("oauth/<str:provider>/callback", oauth_callback, name="oauth_callback"),
    path("oauth/again/", oauth_again, name="oauth_again"),
    path("office/", office_people, name="office_people"),
    path("office/second-factor/", office_second_factor, name="office_second_factor"),
    path("office/people/<uuid:person_id>/limit/", office_limit, name="office_limit"),
    path("office/people/invite/", office_invite, name="office_invite"),
    path("office/people/<uuid:person_id>/", office_person, name="office_person"),
    path("office/people/<uuid:person_id>/role/", office_person_role, name="office_person_role"),
    path("office/people/<uuid:person_id>/link/", office_person_link, name="office_person_link"),
    path("office/people/<uuid:person_id>/hand-over/", office_hand_over, name="office_hand_over"),
    path("office/people/<uuid:person_id>/disable/", office_person_act, {"verb": "disable"}, name="office_disable"),
    path("office/people/<uuid:person_id>/enable/", office_person_act, {"verb": "enable"}, name="office_enable"),
    path("office/people/<uuid:person_id>/second-factor/", office_person_act, {"verb": "lift"}, name="office_lift"),
    path("office/rules/", office_policy, name="office_policy"),
    path("office/offers/", office_offers, name="office_offers"),
    path("office/offers/add/", office_offer_add, name="office_offer_add"),
    path("office/offers/<uuid:offer_id>/drop/", office_offer_drop, name="office_offer_drop"),
    path("office/audit/", office_audit, name="office_audit"),
    path("office/audit/<str:kind>/", office_audit_file, name="office_audit_file"),
    path("office/health/", office_health, name="office_health"),
    path("office/health/connect/", office_connect, name="office_connect"),
    path("office/numbers/", office_numbers, name="office_numbers"),
    path("office/numbers/drop/", office_number_drop, name="office_number_drop"),
    path("office/reports/", office_diagnoses, name="office_diagnoses"),
    path("office/reports/<uuid:diagnosis_id>/close/", office_diagnosis_close, name="office_diagnosis_close"),
    path("office/oauth/<str:provider>/", office_oauth, name="office_oauth"),
    path("office/oauth/<str:provider>/remove/", office_oauth_remove, name="office_oauth_remove"),
    path("office/oauth/<str:provider>/test/", office_oauth_test, name="office_oauth_test"),
    path("inbox/", unified, name="unified"),
    path("inbox/rows/", unified_rows, name="unified_rows"),
    path("inbox/accounts/", unified_accounts, name="unified_accounts"),
    path("folders/tree/", folder_tree, name="folder_tree"),
    path("folders/<uuid:folder_id>/", folder_page, name="folder"),
    path("folders/<uuid:folder_id>/rows/", folder_rows, name="folder_rows"),
    path("folders/<uuid:folder_id>/role/", folder_role, name="folder_role"),
    path("folders/<uuid:folder_id>/heard/", folder_heard, name="folder_heard"),
    path("folders/<uuid:folder_id>/new/", folder_create, name="folder_create"),
    path("folders/<uuid:folder_id>/rename/", folder_rename, name="folder_rename"),
    path("folders/<uuid:folder_id>/remove/", folder_remove, name="folder_remove"),
    path("messages/<uuid:message_id>/", message, name="message"),
    path("messages/<uuid:message_id>/pane/", message_pane, name="message_pane"),
    path("messages/<uuid:message_id>/conversation/", message_conversation, name="message_conversation"),
    path("messages/<uuid:message_id>/turn/", message_turn, name="message_turn"),
    path("messages/<uuid:message_id>/body/", message_body, name="message_body"),
    path("messages/<uuid:message_id>/marks/", message_marks, name="message_marks"),
    path("messages/<uuid:message_id>/raw/", message_raw, name="message_raw"),
    path("messages/<uuid:message_id>/print/", message_print, name="message_print"),
    path(
        "messages/<uuid:message_id>/print/conversation/", message_print_conversation, name="message_print_conversation"
    ),
    path("messages/<uuid:message_id>/unsubscribe/", message_unsubscribe, name="message_unsubscribe"),
    path("messages/<uuid:message_id>/share/", message_share, name="message_share"),
    path("messages/<uuid:message_id>/erase/", message_erase, name="message_erase"),
    path("messages/<uuid:message_id>/comments/", message_comments, name="message_comments"),
    path("comments/<uuid:comment_id>/edit/", comment_edit, name="comment_edit"),
    path("comments/<uuid:comment_id>/delete/", comment_delete, name="comment_delete"),
    path("comments/<uuid:comment_id>/hear/", comment_hear, name="comment_hear"),
    path("shared/", shared_list, name="shared_list"),
    path("shared/rows/", shared_rows, name="shared_rows"),
    path("messages/<uuid:message_id>/parts/<str:path>/", message_part_page, name="message_part"),
    path("frame/", frame, name="frame"),
    path("search/", search_page, name="search"),
    path("search/rows/", search_rows, name="search_rows"),
    path("search/live/", search_live, name="search_live"),
    path("search/offers/", search_offers, name="search_offers"),
    path("search/noted/", search_noted, name="search_noted"),
    path("search/forget/", search_forget, name="search_forget"),
    path("search/save/", search_save, name="search_save"),
    path("search/saved/<uuid:search_id>/", search_saved, name="search_saved"),
    path("search/saved/<uuid:search_id>/drop/", search_saved_drop, name="search_saved_drop"),
    path("unfiled/", unfiled, name="unfiled"),
    path("unfiled/rows/", unfiled_rows, name="unfiled_rows"),
    path("filing/", file, name="file"),
    path("filing/choose/", filing_choose, name="filing_choose"),
    path("filing/never/", filing_never, name="filing_never"),
    path("filing/aside/", filing_aside, name="filing_aside"),
    path("filing/<uuid:filing_id>/undo/", filing_undo, name="filing_undo"),
    path("labels/", message_labels, name="message_labels"),
    path("acts/", act, name="act"),
    path("acts/last/", act_last, name="act_last"),
    path("acts/refused/<uuid:operation_id>/dismiss/", act_dismiss, name="act_dismiss"),
    path("acts/<uuid:act_id>/undo/", act_undo, name="act_undo"),
    path("compose/", compose_new, name="compose_new"),
    path("compose/people/", compose_people, name="compose_people"),
    path("compose/signed-in/", compose_signed_in, name="compose_signed_in"),
    path("compose/<uuid:draft_id>/", compose, name="compose"),
    path("compose/<uuid:draft_id>/save/", compose_save, name="compose_save"),
    path("compose/<uuid:draft_id>/keep/", compose_keep, name="compose_keep"),
    path("compose/<uuid:draft_id>/copy/", compose_copy, name="compose_copy"),
    path("compose/<uuid:draft_id>/send/", compose_send, name="compose_send"),
    path("compose/<uuid:draft_id>/done/", compose_done, name="compose_done"),
    path("compose/<uuid:draft_id>/undo/", compose_undo, name="compose_undo"),
    path("compose/<uuid:draft_id>/zip/", compose_zip, name="compose_zip"),
    path("compose/<uuid:draft_id>/pick/", compose_pick, name="compose_pick"),
    path("compose/<uuid:draft_id>/files/", compose_files, name="compose_files"),
    path("compose/<uuid:draft_id>/files/<uuid:file_id>/", compose_file, name="compose_file"),
    path("compose/<uuid:draft_id>/files/<uuid:file_id>/drop/", compose_file_drop, name="compose_file_drop"),
    path("cases/", case_list_page, name="case_list"),
    path("cases/new/", case_add, name="case_add"),
    path("cases/find.json", case_find, name="case_find"),
    path("cases/import/", case_import, name="case_import"),
    path("cases/import/confirm/", case_import_confirm, name="case_import_confirm"),
    path("cases/import/template.csv", case_template, name="case_template"),
    path("cases/export.csv", case_table, name="case_table"),
    path("cases/<uuid:case_id>/", case_timeline, name="case"),
    path("cases/<uuid:case_id>/older/", case_older, name="case_older"),
    path("cases/<uuid:case_id>/edit/", case_edit, name="case_edit"),
    path("cases/<uuid:case_id>/tasks/", case_tasks, name="case_tasks"),
    path("cases/<uuid:case_id>/rules/", case_rules, name="case_rules"),
    path("cases/<uuid:case_id>/audit/", case_audit, name="case_audit"),
    path("cases/<uuid:case_id>/audit/file/", case_audit_file, name="case_audit_file"),
    path("cases/<uuid:case_id>/export/", case_zip, name="case_zip"),
    path("cases/<uuid:case_id>/export/file/", case_zip_file, name="case_zip_file"),
    path("cases/<uuid:case_id>/documents/", case_documents, name="case_documents"),
    path("cases/<uuid:case_id>/documents/add/", case_document_add, name="case_document_add"),
    path("cases/<uuid:case_id>/documents/<uuid:document_id>/", case_document, name="case_document"),
    path(
        "cases/<uuid:case_id>/documents/<uuid:document_id>/rename/", case_document_rename, name="case_document_rename"
    ),
    path(
        "cases/<uuid:case_id>/documents/<uuid:document_id>/remove/", case_document_remove, name="case_document_remove"
    ),
    path(
        "cases/<uuid:case_id>/documents/<uuid:document_id>/restore/",
        case_document_restore,
        name="case_document_restore",
    ),
    path("cases/<uuid:case_id>/notes/", case_notes, name="case_notes"),
    path("cases/<uuid:case_id>/notes/add/", case_note_add, name="case_note_add"),
    path("cases/<uuid:case_id>/notes/<uuid:note_id>/", case_note, name="case_note"),
    path("cases/<uuid:case_id>/notes/<uuid:note_id>/drop/", case_note_drop, name="case_note_drop"),
    path("cases/<uuid:case_id>/notes/<uuid:note_id>/restore/", case_note_restore, name="case_note_restore"),
    path("cases/<uuid:case_id>/people/", case_people, name="case_people"),
    path("cases/<uuid:case_id>/team/", case_team, name="case_team"),
    path("cases/<uuid:case_id>/close/", case_state, {"state": CaseState.CLOSED}, name="case_close"),
    path("cases/<uuid:case_id>/suspend/", case_state, {"state": CaseState.SUSPENDED}, name="case_suspend"),
    path("cases/<uuid:case_id>/reopen/", case_state, {"state": CaseState.OPEN}, name="case_reopen"),
    path("cases/<uuid:case_id>/pin/", case_pin, name="case_pin"),
    path("cases/<uuid:case_id>/unpin/", case_unpin, name="case_unpin"),
    path("cases/<uuid:case_id>/wall/", case_wall, name="case_wall"),
    path("cases/<uuid:case_id>/unwall/", case_unwall, name="case_unwall"),
    path("references/<path:written>/", reference, name="reference"),
    path("tasks/", task_list, name="tasks"),
    path("tasks/office/", task_list_office, name="tasks_office"),
    path("tasks/done/", task_list_done, name="tasks_done"),
    path("tasks/add/", task_add, name="task_add"),
    path("tasks/quick/", task_quick, name="task_quick"),
    path("tasks/told/", task_told, name="task_told"),
    path("tasks/<uuid:task_id>/", task_edit, name="task_edit"),
    path("tasks/<uuid:task_id>/<str:verb>/", task_act, name="task_act"),
    path("rules/", rule_list, name="rule_list"),
    path("rules/add/", rule_add, name="rule_add"),
    path("rules/told/", rule_told, name="rule_told"),
    path("rules/runs/<uuid:run_id>/<str:verb>/", rule_run_act, name="rule_run_act"),
    path("rules/templates/<uuid:template_id>/drop/", rule_template_drop, name="rule_template_drop"),
    path("rules/<uuid:rule_id>/", rule, name="rule"),
    path("rules/<uuid:rule_id>/edit/", rule_edit, name="rule_edit"),
    path("rules/<uuid:rule_id>/notice/", rule_notice, name="rule_notice"),
    path("rules/<uuid:rule_id>/try/", rule_try, name="rule_try"),
    path("rules/<uuid:rule_id>/except/", rule_except, name="rule_except"),
    path("rules/<uuid:rule_id>/<str:verb>/", rule_act, name="rule_act"),
    path("outbox/", outbox_list, name="outbox"),
    path("outbox/<uuid:draft_id>/", outbox_letter, name="outbox_letter"),
    path("outbox/<uuid:draft_id>/act/", outbox_act, name="outbox_act"),
]

if settings().demo:
    urlpatterns.append(path("demo/<str:given>/", enter, name="demo"))
