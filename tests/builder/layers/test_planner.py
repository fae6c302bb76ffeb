"""The planner of layers: laws, and the exact optimum of small cases."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from builder.layers.objective import cost_of
from builder.layers.planner import plan_layers
from builder.layers.values import LAYER_PRICE, Consumer, FormerLayer, Item, LayerPlan, Question
from factories.layers import consumer, former_of, item, large_question, least_cost, small_question

MB = 1024 * 1024
NAMES = [f"d{number}" for number in range(8)]
ITEMS = st.lists(st.integers(0, 40 * MB), min_size=len(NAMES), max_size=len(NAMES))
SETS = st.frozensets(st.sampled_from(NAMES))


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Any question: tied items, bound items, few slots, a plan before that may fit badly."""
    sizes, often = draw(ITEMS), draw(SETS)
    ties = draw(st.lists(st.frozensets(st.sampled_from(NAMES), min_size=2, max_size=3), max_size=1))
    functions = draw(st.lists(st.tuples(SETS, SETS, st.integers(0, 3)), max_size=5))
    former = draw(
        st.lists(st.dictionaries(st.sampled_from([*NAMES, "gone"]), st.sampled_from("ab")), max_size=2)
    )
    return Question(
        items=tuple(
            Item(name=name, content="a", packed=size, changes_often=name in often)
            for name, size in zip(NAMES, sizes, strict=True)
        ),
        consumers=tuple(
            Consumer(name=f"f{number}", needs=needs, bound=bound & needs, slots=slots)
            for number, (needs, bound, slots) in enumerate(functions)
        ),
        together=tuple(ties),
        former=tuple(
            FormerLayer(name=f"l{number}", items=items) for number, items in enumerate(former) if items
        ),
    )


@settings(max_examples=120, deadline=None)
@given(question=questions())
def test_every_function_gets_what_it_needs_and_nothing_else(question: Question) -> None:
    """From its bundle or its layers, each thing once; no more layers than it may have; ties are kept."""
    plan = plan_layers(question)

    assert len({layer.name for layer in plan.layers}) == len(plan.layers)
    for each in question.consumers:
        layers = plan.layers_of(each.name)
        places = [plan.own[each.name], *(layer.items for layer in layers)]
        had = [name for place in places for name in place]
        assert sorted(had) == sorted(each.needs)
        assert len(layers) <= each.slots
        assert each.bound <= set(plan.own[each.name])
        for tie in question.together:
            assert sum(bool(tie & set(place)) for place in places) <= 1


@settings(max_examples=60, deadline=None)
@given(question=questions(), order=st.randoms(use_true_random=False))
def test_order_is_nothing(question: Question, order: object) -> None:
    """Of items, functions, ties and former layers."""

    def mixed(values: tuple) -> tuple:  # type: ignore[type-arg]  # of anything
        return tuple(sorted(values, key=lambda _: order.random()))  # type: ignore[attr-defined]  # a Random

    other = Question(
        items=mixed(question.items),
        consumers=mixed(question.consumers),
        together=mixed(question.together),
        former=mixed(question.former),
    )
    one, two = plan_layers(question), plan_layers(other)

    assert one.layers == two.layers
    assert dict(one.own) == dict(two.own)


@settings(max_examples=60, deadline=None)
@given(question=questions())
def test_a_plan_stays_where_nothing_changes(question: Question) -> None:
    """Planned again over itself, it has the same layers by the same names."""
    question = replace(question, former=())
    plan = plan_layers(question)
    again = plan_layers(replace(question, former=former_of(plan, question)))

    assert [(layer.name, layer.items, layer.consumers) for layer in again.layers] == [
        (layer.name, layer.items, layer.consumers) for layer in plan.layers
    ]
    assert all(layer.as_before for layer in again.layers)


@settings(max_examples=60, deadline=None)
@given(question=questions())
def test_layers_never_cost_more_than_none(question: Question) -> None:
    """The cost that is told is that of the plan."""
    plan = plan_layers(question)
    layers = {frozenset(layer.items): layer.consumers for layer in plan.layers}

    assert plan.cost == cost_of(question, layers)
    if not question.former:
        assert plan.cost.total <= cost_of(question, {}).total


def test_small_cases_have_the_exact_optimum() -> None:
    """There is no proof of that; every one of these cases has it, those with ties too."""
    for seed in range(60):
        question = small_question(seed)

        assert plan_layers(question).cost.total == least_cost(question), seed


def test_a_large_case_is_answered_alike() -> None:
    """Twenty functions of eighty distributions, all of them different."""
    question = large_question(1, 20, 80)
    plan = plan_layers(question)

    assert plan.cost.stored < cost_of(question, {}).stored / 2
    assert all(len(plan.layers_of(each.name)) <= 5 for each in question.consumers)
    assert plan_layers(question) == plan


def plan_of(*consumers: Consumer, **sizes: int) -> LayerPlan:
    items = tuple(item(name, size) for name, size in sizes.items())
    return plan_layers(Question(items=items, consumers=consumers))


def test_what_two_need_is_shared_when_it_is_worth_a_layer() -> None:
    """A layer has a price: what is smaller is in both bundles."""
    shared = plan_of(consumer("f", "a"), consumer("g", "a"), a=LAYER_PRICE)
    apart = plan_of(consumer("f", "a"), consumer("g", "a"), a=LAYER_PRICE // 8)

    assert [layer.items for layer in shared.layers] == [("a",)]
    assert apart.layers == ()


def test_what_one_needs_is_a_layer_when_it_is_large() -> None:
    """Then an edit of the function uploads little."""
    plan = plan_of(consumer("f", "a"), a=30 * MB)

    assert [layer.items for layer in plan.layers] == [("a",)]


def test_what_changes_often_lies_apart() -> None:
    """It does not take stable content with it each time."""
    items = (item("stable", 30 * MB), item("mine", 3 * MB, often=True), item("tiny", 10_000, often=True))
    both = (consumer("f", "stable mine tiny"), consumer("g", "stable mine tiny"))
    plan = plan_layers(Question(items=items, consumers=both))

    assert ("stable",) in [layer.items for layer in plan.layers]
    assert all("stable" not in layer.items or len(layer.items) == 1 for layer in plan.layers)


def test_names_stay_when_versions_change() -> None:
    """A deployer publishes a new version of the same layer."""
    question = Question(
        items=(item("a", 9 * MB), item("b", MB)), consumers=(consumer("f", "a b"), consumer("g", "a b"))
    )
    plan = plan_layers(question)
    newer = replace(
        question, items=(item("a", 9 * MB, "a2"), item("b", 20 * MB)), former=former_of(plan, question)
    )
    again = plan_layers(newer)

    assert [layer.name for layer in again.layers] == ["layer-a"]
    assert not again.layers[0].as_before


def test_a_layer_stays_although_another_plan_would_be_a_little_better() -> None:
    """A function less needs all of it, and publishing it anew costs more than that is worth."""
    items = (item("a", 30 * MB), item("b", 100_000))
    two = (consumer("f", "a b"), consumer("g", "a b"))
    question = Question(
        items=items, consumers=two, former=(FormerLayer(name="old", items={"a": "a", "b": "b"}),)
    )
    plan = plan_layers(question)

    assert plan.kept
    assert [(layer.name, layer.items) for layer in plan.layers] == [("old", ("a", "b"))]


def test_a_layer_that_has_become_bad_is_given_up() -> None:
    """Hardly anybody needs all of it any more."""
    items = (item("a", 30 * MB), item("b", 30 * MB))
    apart = (*(consumer(f"f{number}", "a") for number in range(4)), consumer("g", "a b"))
    former = (FormerLayer(name="old", items={"a": "a", "b": "b"}),)
    plan = plan_layers(Question(items=items, consumers=apart, former=former))

    assert not plan.kept
    assert ("a",) in [layer.items for layer in plan.layers]
