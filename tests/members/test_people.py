"""People and roles: who may act as what, until when; invitations; passwords."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import clock, db
from barterweb.errors import NotFound
from barterweb.members import queries, service
from barterweb.members.errors import EmailTaken, InvitationOver, OwnRole
from barterweb.members.facts import Invitee
from barterweb.members.models import AuditEvent, Person, Role
from barterweb.outbox.models import OutboxMessage
from tests import build_members as build

SEPTEMBER = datetime(2026, 9, 14, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _here(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def last_link() -> str:
    payload = db.session.scalars(
        sa.select(OutboxMessage.payload)
        .where(OutboxMessage.kind.in_(["invitation", "accountant_invited"]))
        .order_by(OutboxMessage.id.desc())
    ).first()
    assert payload is not None
    return payload["url"]


def stamp(person_id: str) -> str:
    return db.session.get_one(Person, person_id).session_stamp


# ---------------------------------------------------------------------------------------------- who acts


def test_an_administrator_who_also_trades_wears_one_hat() -> None:
    member = build.company()
    actor = member.actor
    assert (actor.kind, actor.label, actor.person_name) == (
        "administrator",
        "Transports du Vercors",
        "Léa Martin",
    )
    assert (actor.company_id, actor.company_ids) == (member.company_id, {member.company_id})
    assert actor.region_id == build.region()
    assert len(queries.hats_of(member.person_id)) == 1
    assert not actor.has_several_roles


def test_an_accountant_reads_every_company_under_one_hat() -> None:
    members = [
        build.company(name) for name in ("Transports du Vercors", "Imprimerie Berthet", "Atelier Chartreuse")
    ]
    for member in members[:1]:
        assert build.accountant(member).label == "Comptable de Transports du Vercors"
    for member in members[1:]:
        actor = build.accountant(member)
    assert (actor.kind, actor.label, actor.company_id) == ("accountant", "Comptable de 3 entreprises", None)
    assert actor.company_ids == {member.company_id for member in members}
    (hat,) = queries.hats_of(actor.person_id)
    assert hat.company_names == ("Atelier Chartreuse", "Imprimerie Berthet", "Transports du Vercors")


def test_each_kind_of_staff_acts_for_what_it_answers_for() -> None:
    cluster_id, region_id = build.cluster("Minalogic"), build.region()
    staff = build.staff(cluster_id)
    assert (staff.kind, staff.label, staff.cluster_id, staff.region_id) == (
        "staff",
        "Minalogic",
        cluster_id,
        region_id,
    )
    operator = build.operator()
    assert (operator.kind, operator.label, operator.company_ids) == (
        "operator",
        "France Clusters",
        frozenset(),
    )
    funder = build.person("region@ara.example", "funder", region_id=region_id)
    assert (funder.kind, funder.label, funder.region_id) == ("funder", "Auvergne-Rhône-Alpes", region_id)


def test_somebody_with_several_hats_wears_the_first_until_they_choose() -> None:
    vercors, berthet = build.company(), build.company("Imprimerie Berthet")
    build.person("hugo@exemple.example", "trader", company_id=vercors.company_id)
    build.person("hugo@exemple.example", "trader", company_id=berthet.company_id)
    person_id = build.person("hugo@exemple.example", "accountant", company_id=vercors.company_id).person_id
    hats = queries.hats_of(person_id)
    assert [(hat.kind, hat.label) for hat in hats] == [
        ("trader", "Imprimerie Berthet"),
        ("trader", "Transports du Vercors"),
        ("accountant", "Comptable de Transports du Vercors"),
    ]
    for chosen, label in [
        (None, "Imprimerie Berthet"),
        (hats[1].role_id, "Transports du Vercors"),
        ("rol_x", "Imprimerie Berthet"),
    ]:
        actor = queries.actor_for(person_id, stamp(person_id), chosen)
        assert actor is not None
        assert actor.label == label
        assert actor.has_several_roles


def test_a_role_of_somebody_else_is_not_worn() -> None:
    vercors, berthet = build.company(), build.company("Imprimerie Berthet")
    (theirs,) = queries.hats_of(berthet.person_id)
    actor = queries.actor_for(vercors.person_id, stamp(vercors.person_id), theirs.role_id)
    assert actor is not None
    assert actor.company_id == vercors.company_id


def test_an_actor_takes_one_query(count_queries) -> None:  # type: ignore[no-untyped-def]
    member = build.company()
    for name in ("Imprimerie Berthet", "Atelier Chartreuse"):
        build.person(member.email, "accountant", company_id=build.company(name).company_id)
    known = stamp(member.person_id)
    db.session.rollback()
    with count_queries() as statements:
        assert queries.actor_for(member.person_id, known, None) is not None
    assert len(statements) == 1


def test_nobody_acts_with_an_old_stamp_or_when_disabled() -> None:
    member = build.company()
    old = stamp(member.person_id)
    service.set_password(person_id=member.person_id, password_hash=build.password_hash())
    assert queries.actor_for(member.person_id, old, None) is None
    service.disable_person(person_id=member.person_id)
    assert queries.actor_for(member.person_id, stamp(member.person_id), None) is None
    assert queries.members_of(member.company_id) == []


def test_a_role_counts_from_its_first_to_its_last_day() -> None:
    with clock.at(SEPTEMBER):
        member = build.company()
        actor = build.accountant(member, ends_on=date(2026, 9, 30))
    for day, current in [(13, False), (14, True), (30, True)]:
        with clock.at(SEPTEMBER.replace(day=day)):
            assert (queries.actor_for(actor.person_id, stamp(actor.person_id), None) is not None) is current
    with clock.at(SEPTEMBER.replace(month=10, day=1)):
        assert queries.actor_for(actor.person_id, stamp(actor.person_id), None) is None


def test_people_of_a_suspended_company_keep_reading() -> None:
    member = build.company()
    accountant = build.accountant(member)
    service.set_company_status(actor=build.operator(), company_id=member.company_id, status="suspended")
    assert build.actor(member.email).company_id == member.company_id
    assert build.actor("cabinet@comptes.example").company_ids == accountant.company_ids


# ------------------------------------------------------------------------------------- invitations and roles


def test_an_invitation_sets_a_password_once() -> None:
    build.admit(build.application())
    token = last_link().removeprefix("/invitation/")
    subject = service.accept_invitation(token=token, password_hash=build.password_hash())
    assert service.check_password(email="lea@vercors.example", password=build.PASSWORD) == subject
    assert queries.invitation_for(token) is None
    with pytest.raises(InvitationOver):
        service.accept_invitation(token=token, password_hash="other")


@pytest.mark.parametrize("token", ["", "nonsense", "\x00", "é" * 500])
def test_an_unknown_invitation_opens_nothing(token: str) -> None:
    assert queries.invitation_for(token) is None
    with pytest.raises(InvitationOver):
        service.accept_invitation(token=token, password_hash="x")


def test_an_invitation_lasts_fourteen_days() -> None:
    with clock.at(SEPTEMBER):
        build.admit(build.application())
    token = last_link().removeprefix("/invitation/")
    with clock.at(SEPTEMBER + timedelta(days=14, seconds=-1)):
        assert queries.invitation_for(token) is not None
    with clock.at(SEPTEMBER + timedelta(days=14)):
        assert queries.invitation_for(token) is None


def test_accepting_one_invitation_ends_the_persons_others() -> None:
    for name in ("Transports du Vercors", "Imprimerie Berthet"):
        member = build.company(name)
        service.invite_person(
            actor=member.actor,
            invitee=Invitee(kind="accountant", name="Inès Comte", email="ines@comptes.example"),
        )
    tokens = [
        payload["url"].removeprefix("/invitation/")
        for payload in db.session.scalars(
            sa.select(OutboxMessage.payload).where(OutboxMessage.kind == "accountant_invited")
        )
    ]
    service.accept_invitation(token=tokens[0], password_hash=build.password_hash())
    assert len(tokens) == 2
    assert queries.invitation_for(tokens[1]) is None


def test_inviting_again_writes_again_and_takes_over_the_new_end() -> None:
    member = build.company()
    invitee = {"kind": "accountant", "name": "Inès Comte", "email": "ines@comptes.example"}
    first = service.invite_person(actor=member.actor, invitee=Invitee(**invitee))
    second = service.invite_person(actor=member.actor, invitee=Invitee(**invitee, ends_on=date(2099, 1, 31)))
    assert first == second
    assert db.session.get_one(Role, first).ends_on == date(2099, 1, 31)
    letters = sa.select(sa.func.count()).where(OutboxMessage.kind == "accountant_invited")
    assert db.session.scalar(letters) == 2


def test_a_revoked_accountant_reads_nothing_at_once() -> None:
    member = build.company()
    accountant = build.accountant(member)
    (role,) = [role for role in queries.accesses_to_company(member.company_id) if role.kind == "accountant"]
    for _ in range(2):
        service.revoke_role(actor=member.actor, role_id=role.id)
    assert queries.actor_for(accountant.person_id, stamp(accountant.person_id), None) is None
    kinds = db.session.scalars(
        sa.select(AuditEvent.kind).where(AuditEvent.company_id == member.company_id).order_by(AuditEvent.id)
    ).all()
    assert kinds.count("accountant_invited") == kinds.count("accountant_revoked") == 1


def test_a_role_can_be_given_again_after_it_was_revoked() -> None:
    member = build.company()
    build.accountant(member)
    (role,) = [role for role in queries.accesses_to_company(member.company_id) if role.kind == "accountant"]
    service.revoke_role(actor=member.actor, role_id=role.id)
    assert build.accountant(member).company_ids == {member.company_id}


def test_only_administrators_of_the_company_invite_and_revoke() -> None:
    member, other = build.company(), build.company("Imprimerie Berthet")
    trader = build.person("trader@vercors.example", "trader", company_id=member.company_id)
    accountant = build.accountant(member)
    (role,) = [
        role for role in queries.accesses_to_company(member.company_id) if role.person_id == trader.person_id
    ]
    invitee = Invitee(kind="accountant", name="X", email="x@comptes.example")
    for actor in (trader, accountant, build.operator(), build.staff(build.cluster())):
        with pytest.raises(NotFound):
            service.invite_person(actor=actor, invitee=invitee)
    for actor in (trader, accountant, build.operator(), other.actor):
        with pytest.raises(NotFound):
            service.revoke_role(actor=actor, role_id=role.id)
    with pytest.raises(NotFound):
        service.revoke_role(actor=member.actor, role_id="rol_unknown")


def test_nobody_revokes_a_role_of_their_own_so_that_an_administrator_remains() -> None:
    member = build.company()
    second = build.person("adjoint@vercors.example", "administrator", company_id=member.company_id)
    roles = {
        role.person_id: role.id
        for role in queries.accesses_to_company(member.company_id)
        if role.kind == "administrator"
    }
    with pytest.raises(OwnRole):
        service.revoke_role(actor=member.actor, role_id=roles[member.person_id])
    service.revoke_role(actor=second, role_id=roles[member.person_id])
    with pytest.raises(NotFound):  # whoever was revoked meanwhile no longer administers
        service.revoke_role(actor=member.actor, role_id=roles[second.person_id])


def test_an_administrator_who_is_revoked_keeps_no_right_to_trade() -> None:
    member = build.company()
    second = build.person("adjoint@vercors.example", "trader", company_id=member.company_id)
    build.person("adjoint@vercors.example", "administrator", company_id=member.company_id)
    (access,) = [a for a in queries.accesses_to_company(member.company_id) if a.person_id == second.person_id]
    assert access.kind == "administrator"
    service.revoke_role(actor=member.actor, role_id=access.id)
    assert queries.hats_of(second.person_id) == []


def test_an_address_belongs_to_one_person() -> None:
    service.create_person(email="Lea@Vercors.example", name="Léa")
    with pytest.raises(EmailTaken):
        service.create_person(email=" lea@vercors.EXAMPLE", name="Léa")


# ----------------------------------------------------------------------------------------------- passwords


def test_a_password_is_known_whatever_the_keyboard_and_the_case_of_the_address() -> None:
    hashed = service.hash_password("été à l’île de Sein")  # accents composed
    person_id = service.create_person(email="lea@vercors.example", name="Léa", password_hash=hashed)
    subject = service.check_password(
        email=" LEA@vercors.example ", password="e\u0301te\u0301 a\u0300 l’i\u0302le de Sein"
    )
    assert subject is not None
    assert subject.person_id == person_id


def test_no_session_begins_without_the_right_password_of_an_enabled_person() -> None:
    member = build.company()
    service.create_person(email="sans@vercors.example", name="Sans mot de passe")
    for email, password in [
        (member.email, build.PASSWORD + "x"),
        (member.email, ""),
        (member.email, "\x00"),
        ("inconnu@vercors.example", build.PASSWORD),
        ("sans@vercors.example", build.PASSWORD),
        ("sans@vercors.example", ""),
    ]:
        assert service.check_password(email=email, password=password) is None
    assert service.check_password(email=member.email, password=build.PASSWORD) is not None
    service.disable_person(person_id=member.person_id)
    assert service.check_password(email=member.email, password=build.PASSWORD) is None


def test_a_hash_is_argon2id_with_its_own_salt() -> None:
    first, second = service.hash_password("chamois pervenche"), service.hash_password("chamois pervenche")
    assert first.startswith("$argon2id$")
    assert first != second


def test_every_failed_check_hashes_a_password_once(monkeypatch: pytest.MonkeyPatch) -> None:
    member = build.company()
    service.create_person(email="sans@vercors.example", name="Sans mot de passe")
    from barterweb.members.service import passwords

    verified = []
    matches = passwords._matches
    monkeypatch.setattr(passwords, "_matches", lambda *given: verified.append(given) or matches(*given))
    for email in (member.email, "inconnu@vercors.example", "sans@vercors.example"):
        service.check_password(email=email, password="wrong")
    costs = {stored.rsplit("$", 2)[0] for stored, _ in verified}
    assert len(verified) == 3
    assert costs == {"$argon2id$v=19$m=19456,t=2,p=1"}
