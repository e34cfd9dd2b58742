"""Helpers of scripts: the module `kernel.util`."""

import logging

from kernel import registry
from kernel.numeric.random import seed_all as fix_random_seed
from kernel.tokenizer.rules import compile_infix_regex, compile_prefix_regex, compile_suffix_regex
from kernel_names.util.batches import compounding, decaying, minibatch
from kernel_names.util.configs import (
    copy_config,
    dict_to_dot,
    dot_to_dict,
    dot_to_object,
    load_config,
    load_config_from_str,
    resolve_dot_names,
    set_dot_to_object,
    walk_dict,
)
from kernel_names.util.exceptions import expand_exc, update_exc
from kernel_names.util.files import ensure_path, make_tempdir, working_dir
from kernel_names.util.frozen import SimpleFrozenDict, SimpleFrozenList
from kernel_names.util.functions import (
    all_equal,
    combine_score_weights,
    create_default_optimizer,
    get_arg_names,
    get_object_name,
    ignore_error,
    import_file,
    raise_error,
    to_ternary_int,
)
from kernel_names.util.languages import (
    find_matching_language,
    get_lang_class,
    lang_class_is_loaded,
    set_lang_class,
)
from kernel_names.util.loading import (
    get_model_meta,
    load_meta,
    load_model,
    load_model_from_config,
    load_model_from_package,
    load_model_from_path,
)
from kernel_names.util.packages import (
    get_base_version,
    get_installed_models,
    get_minor_version,
    get_package_path,
    get_package_version,
    is_compatible_version,
    is_minor_version_match,
    is_package,
    is_prerelease_version,
    is_unconstrained_version,
)
from kernel_names.util.parts import from_bytes, from_dict, from_disk, to_bytes, to_dict, to_disk
from kernel_names.util.sessions import is_in_interactive, is_in_jupyter
from kernel_names.util.spans import filter_chain_spans, filter_spans, get_words_and_spaces, normalize_slice

# The rank of a word form that no table of frequencies has: the largest number of 64 bits.
OOV_RANK = 2**64 - 1
# What the kernel tells goes to it.
logger = logging.getLogger("kernel")

__all__ = [
    "OOV_RANK",
    "SimpleFrozenDict",
    "SimpleFrozenList",
    "all_equal",
    "combine_score_weights",
    "compile_infix_regex",
    "compile_prefix_regex",
    "compile_suffix_regex",
    "compounding",
    "copy_config",
    "create_default_optimizer",
    "decaying",
    "dict_to_dot",
    "dot_to_dict",
    "dot_to_object",
    "ensure_path",
    "expand_exc",
    "filter_chain_spans",
    "filter_spans",
    "find_matching_language",
    "fix_random_seed",
    "from_bytes",
    "from_dict",
    "from_disk",
    "get_arg_names",
    "get_base_version",
    "get_installed_models",
    "get_lang_class",
    "get_minor_version",
    "get_model_meta",
    "get_object_name",
    "get_package_path",
    "get_package_version",
    "get_words_and_spaces",
    "ignore_error",
    "import_file",
    "is_compatible_version",
    "is_in_interactive",
    "is_in_jupyter",
    "is_minor_version_match",
    "is_package",
    "is_prerelease_version",
    "is_unconstrained_version",
    "lang_class_is_loaded",
    "load_config",
    "load_config_from_str",
    "load_meta",
    "load_model",
    "load_model_from_config",
    "load_model_from_package",
    "load_model_from_path",
    "logger",
    "make_tempdir",
    "minibatch",
    "normalize_slice",
    "raise_error",
    "registry",
    "resolve_dot_names",
    "set_dot_to_object",
    "set_lang_class",
    "to_bytes",
    "to_dict",
    "to_disk",
    "to_ternary_int",
    "update_exc",
    "walk_dict",
    "working_dir",
]
