"""What people do with data rights: ask, prepare, answer, erase, take out, and note consent."""

from community.records.actions.basis import record_consent, say_basis
from community.records.actions.bulk import Chosen, act_on_many, forget_acts, undo_act
from community.records.actions.exports import (
    carry_out,
    delete_export,
    end_old,
    make_export,
    open_file,
)
from community.records.actions.merging import forget_merges, merge_people, merge_refusal, unmerge
from community.records.actions.parting import part_private
from community.records.actions.requests import (
    answer_question,
    complete_request,
    decline_request,
    erase_person,
    prepare_request,
    receive_request,
    remind,
    withdraw_request,
)

__all__ = [
    "Chosen",
    "act_on_many",
    "answer_question",
    "carry_out",
    "complete_request",
    "decline_request",
    "delete_export",
    "end_old",
    "erase_person",
    "forget_acts",
    "forget_merges",
    "make_export",
    "merge_people",
    "merge_refusal",
    "open_file",
    "part_private",
    "prepare_request",
    "receive_request",
    "record_consent",
    "remind",
    "say_basis",
    "undo_act",
    "unmerge",
    "withdraw_request",
]
