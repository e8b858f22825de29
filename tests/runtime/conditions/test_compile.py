"""What is refused when a condition is saved, and where the fault is said to stand."""

import pytest

from contracts.errors import ConfigurationFault
from runtime.conditions import compile_condition

INTERVALS = {"office"}

REFUSED = [
    # syntax
    ("", 1, "Syntax error: mismatched input the end"),
    ("a b", 3, "Syntax error: extraneous input 'b' expecting the end"),
    ("message.text ==", 16, "Syntax error: mismatched input the end"),
    ("message.text = 'a'", 14, "Syntax error: token recognition error at: '= '"),
    ("message.text ==\n  'a' &&& true", 25, "Syntax error: token recognition error at: '& '"),
    ("message.text == 'a", 17, "Syntax error: token recognition error at: ''a'"),
    ("message.is_first ? true", 24, "Syntax error: mismatched input the end"),
    ("'é😀' == a b", 11, "Syntax error: extraneous input 'b' expecting the end"),
    ("message.?text == ''", 8, "unsupported syntax '.?'"),
    ("has(message)", 5, "invalid argument to has() macro"),
    ("(" * 200 + "true" + ")" * 200, 97, "is nested too deeply"),
    ("\ud800", 1, "cannot be understood"),
    # variables
    ("nope", 1, "unknown variable nope"),
    ("message.text == 'nope' && nope", 27, "unknown variable nope"),
    ('message.text == "nope" || nope == 1', 27, "unknown variable nope"),
    ("message.text == '''it's nope''' || nope", 36, "unknown variable nope"),
    ("message.text == r'\\' || nope", 25, "unknown variable nope"),
    ("// nope\nnope", 9, "unknown variable nope"),
    ("message.text ==\n 'a' &&\n nope", 26, "unknown variable nope"),
    ("'é😀' + nope == 'a'", 8, "unknown variable nope"),
    ("has(nope.x)", 5, "unknown variable nope"),
    ("{nope: 1} == {}", 2, "unknown variable nope"),
    ("interval", 1, "unknown variable interval"),
    (".message.text == ''", 1, "a name may not begin with a dot"),
    ("'a' in .contact.tags", 8, "a name may not begin with a dot"),
    ("message{text: 'a'} == 1", 1, "message{…} cannot be built here"),
    # names that macros bind
    ("contact.tags.exists(t, t == u)", 29, "unknown variable u"),
    ("contact.tags.exists(t, t == 'x') && t == 'x'", 37, "unknown variable t"),
    ("contact.tags.exists(message, message == 'x') && message.txt == ''", 57, "message has no field txt"),
    ("contact.tags.exists(t)", 14, "exists takes a name and an expression"),
    ("contact.tags.all(i, t, t == 'x')", 14, "all takes a name and an expression"),
    (
        "contact.tags.all(a, contact.tags.all(b, contact.tags.all(c, a == b)))",
        54,
        "macros may be nested 2 deep at most",
    ),
    # fields
    ("message.txt == 'a'", 9, "message has no field txt"),
    ("message['txt'] == 'a'", 9, "message has no field txt"),
    ("has(message.txt)", 13, "message has no field txt"),
    ("message.media.mime == ''", 15, "message.media has no field mime"),
    ("message.text.length == 1", 14, "message.text has no fields"),
    ("contact.tags.vip == 1", 14, "contact.tags is a list and has no vip"),
    ("queue.Sales.waitng > 1", 13, "queue.Sales has no field waitng"),
    ("queue['Sales']['waitng'] > 1", 16, "queue.Sales has no field waitng"),
    ("now.hour == 1", 5, "now has no fields"),
    # functions
    ("nope(1)", 1, "unknown function nope"),
    ("message.text.nope() == 1", 14, "unknown function nope"),
    ("message.text.lowerAscii() == 'nope'", 14, "unknown function lowerAscii"),
    ("math.greatest(1, 2) == 2", 1, "unknown variable math"),
    ("matches(message.text, 'a')", 1, "unknown function matches"),
    # intervals
    ("interval('nope')", 10, "there is no interval 'nope'"),
    ("interval(message.text)", 1, "interval takes the name of one interval in quotes"),
    ("interval()", 1, "interval takes the name of one interval in quotes"),
    ("interval('office', 'office')", 1, "interval takes the name of one interval in quotes"),
    # regular expressions
    ("message.text.matches(message.text)", 14, "matches takes one regular expression in quotes"),
    ("message.text.matches(b'a')", 14, "matches takes one regular expression in quotes"),
    ("message.text.matches('[')", 22, "not a valid regular expression: unclosed character class"),
    ("message.text.matches('(?=a)b')", 22, "not a valid regular expression: look-around"),
    ("message.text.matches('(a{100}){11}')", 22, "repetitions in a regular expression may not multiply to more"),
    ("message.text.matches('a{99999999999999}')", 22, "repetitions in a regular expression may not multiply"),
    ("message.text.matches(r'\\w{51}')", 22, "a regular expression may not hold more than 50 character classes"),
    # certain not to come to true or false
    ("message.text", 1, "must come to true or false"),
    ("1 + 1", 1, "must come to true or false"),
    ("message.media", 1, "must come to true or false"),
    ("contact.tags.map(t, t == 'a')", 1, "must come to true or false"),
    ("queue['Sales'].waiting", 1, "must come to true or false"),
    ("message.text > 1", 1, "an operation does not fit the types of its operands"),
    ("now.getHours('Europe/Rome') > 1", 1, "a function does not fit its arguments"),
]

ACCEPTED = [
    "true",
    "message.text == 'nope()' // nope",
    "message.text in ['a', 'b'] && 'a' in (contact.tags)",
    "contact.tags.exists(t, t == 'x' && contact.tags.exists(u, t == u))",
    "contact.tags.exists_one(message, message == 'x')",
    "contact.tags.filter(t, t.startsWith('a')).size() > 1",
    "contact.attributes.a.b['c'] == 1 && contact.attributes[message.text] == 1",
    "contact.attributes.vip",
    "has(contact.attributes.vip)",
    "queue['A queue.with dots'].waiting > 1 || queue.Sales.agents_available == 0",
    "queue.exists(name, queue[name].waiting > 2)",
    "interval('office') && !interval(\"office\")",
    "message.context != null && message.context.message_id == ''",
    "message.media.mime_type == 'image/png'",
    "message.text.matches('(?i)^(stop|basta)') || message.text.matches(r'\\d+')",
    "now.getHours() >= 9 && now - interaction.opened < duration('1h')",
    "message.is_first ? contact.tags[0] == 'a' : false",
    "message.text == 'x' || message.text > 1",
    "int(message.text) > 3 && .5 < 1e3 && 0xFFu == 255u",
    "message['text'] == \"it's\" && message.text != '''a'b'''",
]


@pytest.mark.parametrize(("source", "position", "rule"), REFUSED)
def test_what_cannot_work_is_refused_with_the_place_of_the_fault(source: str, position: int, rule: str) -> None:
    with pytest.raises(ConfigurationFault) as refusal:
        compile_condition(source, INTERVALS, "actions.0.condition")
    assert (refusal.value.field, refusal.value.position) == ("actions.0.condition", position)
    assert refusal.value.rule.startswith(rule)


@pytest.mark.parametrize("source", ACCEPTED)
def test_what_may_work_is_accepted(source: str) -> None:
    assert compile_condition(source, INTERVALS).source == source


@pytest.mark.parametrize("source", ACCEPTED)
def test_the_variables_found_are_those_the_library_finds_less_the_bound_ones(source: str) -> None:
    condition = compile_condition(source, INTERVALS)
    bound = {"t", "u", "name"} | ({"message"} if "exists_one(message" in source else set())
    assert condition.variables == set(condition.program.variables()) - bound


def test_the_paths_are_the_fields_that_are_read() -> None:
    condition = compile_condition("message.text == contact['name'] && now != now && queue['A.B'].waiting > 1")
    assert condition.paths == {("message", "text"), ("contact", "name"), ("now", None), ("queue", "A.B")}


def test_a_variable_read_as_a_whole_reads_each_of_its_fields() -> None:
    condition = compile_condition("contact == contact")
    assert condition.reads("contact", "lists")
    assert not compile_condition("contact.name == ''").reads("contact", "lists")


def test_a_condition_knows_what_stands_in_it_in_quotes() -> None:
    source = """'V\\u0049P' in contact.lists && message.text == r"a\\n" || size(b'bytes') > 1"""

    assert compile_condition(source).texts == {"VIP", r"a\n"}
