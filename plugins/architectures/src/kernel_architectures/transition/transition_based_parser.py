"""The model of transition systems, for entities and for trees."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from thinc.api import Linear, Model, zero_init

from kernel.config.ranges import PositiveInt
from kernel.errors import ConfigError
from kernel.numeric.server import read
from kernel.tokens import Doc
from kernel_architectures.transition.alone import KeptAlone
from kernel_architectures.transition.state_features import StateFeatures, draw
from kernel_architectures.transition.steps import KeptRows
from kernel_architectures.transition.transition_scores import TransitionScores

SLOTS = {("ner", False): 3, ("ner", True): 6, ("parser", False): 8, ("parser", True): 13}


def build_transition_model(
    tok2vec: Model[list[Doc], list[Any]],
    state_type: Literal["parser", "ner"],
    extra_state_tokens: bool,
    hidden_width: PositiveInt,
    maxout_pieces: PositiveInt,
    use_upper: bool,
    nO: PositiveInt | None = None,
    init_W: Callable[..., Any] | None = None,
) -> Model[list[Doc], TransitionScores]:
    """Score the states of a transition system: List[Doc] -> TransitionScores.

    Token vectors are projected to hidden_width; a state is the sum of its feature tokens' contributions
    (`state_features`), then maxout (maxout_pieces > 1) or relu, then with `use_upper` a linear layer with the scores,
    which starts as zeros. Without `use_upper` the states have one output per action, and maxout_pieces = 1 leaves them
    linear. Dropout acts on the hidden layer at the rate of the update.

    The callback returned in training takes None and runs the backward pass of the token vectors, as the scores'
    `finish` does. Refs: tok2vec, lower, upper. Attributes: has_upper, unseen_classes (masked), and resize_output, a
    function of the model and the new number of actions.

    init_W: the first weights of the upper layer, zeros if null. On a transformer, which learns slowly, they should be random:
    through zeros it gets no gradient at first. Without `use_upper` the scores start random by themselves.
    """
    if (state_type, bool(extra_state_tokens)) not in SLOTS:
        known = ", ".join(sorted({f"'{name}'" for name, _ in SLOTS}))
        raise ConfigError(f"state_type of TransitionBasedParser must be one of {known}, not {state_type!r}")
    for name, size in (("hidden_width", hidden_width), ("maxout_pieces", maxout_pieces)):
        if size < 1:
            raise ConfigError(f"{name} of TransitionBasedParser must be at least 1, not {size}")
    if init_W is not None and not use_upper:
        raise ConfigError(
            "init_W of TransitionBasedParser is for the upper layer, which use_upper = false leaves out",
            hint="Leave init_W out: without an upper layer the scores start random by themselves.",
        )
    project = Linear(hidden_width, tok2vec.maybe_get_dim("nO"))
    lower = StateFeatures(
        hidden_width if use_upper else nO,
        SLOTS[state_type, bool(extra_state_tokens)],
        maxout_pieces,
        hidden_width,
    )
    upper = Linear(nO, hidden_width, init_W=init_W or zero_init) if use_upper else None
    return Model(
        "transition_model",
        _forward,
        init=_init,
        dims={"nO": nO},
        layers=[tok2vec, project, lower, *([upper] if upper else [])],
        refs={"tok2vec": tok2vec, "lower": lower, **({"upper": upper} if upper else {})},
        attrs={
            "has_upper": bool(use_upper),
            "unseen_classes": set(),
            "resize_output": resize,
            "dropout_rate": 0.0,
            "state_type": state_type,
            "rows": KeptRows(),
            "alone": KeptAlone(),
        },
    )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    tok2vec, project, lower = model.layers[:3]
    tok2vec.initialize(X=X)
    if project.has_dim("nI") is None:
        project.set_dim("nI", tok2vec.get_dim("nO"))
    project.initialize()
    if model.has_dim("nO") is None and Y is not None:
        resize(model, Y.shape[1])
    if lower.has_dim("nO"):
        lower.initialize()
    upper = model.maybe_get_ref("upper")
    if upper is not None and upper.has_dim("nO"):
        upper.initialize()


def _forward(
    model: Model[Any, Any], docs: Sequence[Doc], is_train: bool
) -> tuple[TransitionScores, Callable[[Any], Any]]:
    tok2vec, project = model.layers[:2]
    vectors, backprop_tok2vec = tok2vec(docs, is_train)
    raw = model.ops.flatten(vectors)
    if not is_train:
        return TransitionScores(model, raw, None, None), _no_backprop
    projected, backprop_project = project(raw, is_train)

    def backprop_vectors(d_projected: Any) -> Any:
        lengths = [len(part) for part in vectors]
        return backprop_tok2vec(model.ops.unflatten(backprop_project(d_projected), lengths))

    scores = TransitionScores(model, raw, projected, backprop_vectors, model.attrs["dropout_rate"] or 0.0)
    return scores, lambda _: scores.finish()


def _no_backprop(_: Any) -> Any:
    raise ValueError("a prediction of TransitionBasedParser has no backward pass: use begin_update")


def resize(model: Model[Any, Any], nO: int) -> Model[Any, Any]:
    """Give the model nO actions: the last ones go, or new ones come, which start masked (`unseen_classes`).

    A layer with weights is replaced by a new one, so that no gradient or state of an optimizer has the old shape.
    """
    old = model.maybe_get_dim("nO")
    if old == nO:
        return model
    layer = model.maybe_get_ref("upper") or model.get_ref("lower")
    if layer.has_param("W"):
        model.replace_node(layer, _resized(layer, nO))
        kept = {each for each in model.attrs["unseen_classes"] if each < nO}
        model.attrs["unseen_classes"] = kept | set(range(old or 0, nO))
    else:
        layer.set_dim("nO", nO, force=True)
    model.set_dim("nO", nO, force=True)
    return model


def _resized(layer: Model[Any, Any], nO: int) -> Model[Any, Any]:
    if layer.name == "linear":
        new = Linear(nO, layer.get_dim("nI"))
        # Should it be initialized again, its weights are drawn as the old ones were.
        new.init = layer.init
        axes = {"W": 0, "b": 0}
    else:
        new = StateFeatures(nO, layer.get_dim("nF"), layer.get_dim("nP"), layer.get_dim("nI"))
        axes = {"W": 2, "b": 1, "pad": 2}
    new.ops = layer.ops
    new.attrs.update(layer.attrs)
    for name, axis in axes.items():
        value = read(layer, name)
        shape = list(value.shape)
        shape[axis] = nO
        if name == "W" and layer.name != "linear":
            grown = draw(layer.ops, shape, shape[0] * shape[3]).astype(value.dtype)
        else:
            grown = layer.ops.xp.zeros(shape, dtype=value.dtype)
        both: list[Any] = [slice(None)] * len(shape)
        both[axis] = slice(0, min(nO, value.shape[axis]))
        grown[tuple(both)] = value[tuple(both)]
        new.set_param(name, grown)
    return new
