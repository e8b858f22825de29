"""Templates in the database."""

from contracts.outbound import Template, TemplateStatus, template_key
from runtime.store.templates import TemplateStore
from tests.parts import NOW, Parts


def template(name: str, language: str = "en", status: TemplateStatus = TemplateStatus.APPROVED) -> Template:
    return Template(
        id=template_key("shop", name, language),
        account_id="shop",
        name=name,
        language=language,
        status=status,
        parameters=("1",),
        buttons=({"type": "URL"},),
        synchronised_at=NOW,
    )


async def test_templates_are_listed_by_name_and_language_and_by_status(parts: Parts) -> None:
    store = TemplateStore(parts.store)
    rejected = template("b", status=TemplateStatus.REJECTED)
    await store.replace("shop", [rejected, template("a", "it"), template("a", "en")], NOW)
    assert [(one.name, one.language) for one in await store.find("shop")] == [("a", "en"), ("a", "it"), ("b", "en")]
    assert await store.find("shop", TemplateStatus.REJECTED) == [rejected]
    assert await store.get("shop", "a", "it") == template("a", "it")
    assert await store.get("shop", "a", "de") is None
    assert await store.find("other") == []


async def test_what_the_provider_has_no_more_goes_and_other_accounts_keep_theirs(parts: Parts) -> None:
    store = TemplateStore(parts.store)
    await store.replace("shop", [template("a"), template("b")], NOW)
    await store.replace("other", [], NOW)
    await store.replace("shop", [template("b"), template("b"), template("c")], NOW)
    assert [one.name for one in await store.find("shop")] == ["b", "c"]


async def test_how_the_last_synchronisation_went_is_known(parts: Parts) -> None:
    store = TemplateStore(parts.store)
    assert await store.synchronised("shop") is None
    await store.note_fault("shop", "the token is wrong", NOW)
    last = await store.synchronised("shop")
    assert last is not None
    assert last.fault == "the token is wrong"
    await store.replace("shop", [], NOW)
    last = await store.synchronised("shop")
    assert last is not None
    assert last.fault == ""
