"""What the shells run when the tab key is pressed after `kernel`."""

from __future__ import annotations

VARIABLE = "_KERNEL_COMPLETE"
"""The environment variable by which `kernel` is asked: the name of a shell."""

_BASH = """\
# Completion of kernel in bash, from 4.4 on. Made by `kernel completion bash`.
_kernel_completion() {
    local program=${1/#"~/"/"$HOME/"} kind value
    COMPREPLY=()
    while IFS=$'\\t' read -r kind value; do
        case $kind in
            file) compopt -o bashdefault -o default ;;
            dir) compopt -o dirnames ;;
            more) compopt -o nospace; COMPREPLY+=("$value") ;;
            word) COMPREPLY+=("$value") ;;
        esac
    done < <(VARIABLE=bash "$program" "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2> /dev/null < /dev/null)
}
complete -o nosort -F _kernel_completion kernel
"""

_ZSH = """\
#compdef kernel
# Completion of kernel in zsh. Made by `kernel completion zsh`.
_kernel_completion() {
    local program=${${(Q)words[1]}/#\\~\\//$HOME/} kind value text line width=0
    local -a given values shown more shown_more
    given=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
    (( CURRENT > 2 )) || given=("${(Q)PREFIX}")
    while IFS= read -r line; do
        kind=${line%%$'\\t'*} line=${line#*$'\\t'}
        value=${line%%$'\\t'*} text=${line#*$'\\t'}
        [[ -z $text ]] || text="$value  -- $text"
        case $kind in
            file) [[ -z $value ]] || compset -P '*='; _files ;;
            dir) [[ -z $value ]] || compset -P '*='; _files -/ ;;
            more) more+=("$value"); shown_more+=("${text:-$value}") ;;
            word) values+=("$value"); shown+=("${text:-$value}") ;;
        esac
    done < <(VARIABLE=zsh "$program" "${given[@]}" 2> /dev/null < /dev/null)
    (( ${#values} )) && compadd -V kernel -d shown -a values
    (( ${#more} )) && compadd -V kernel -S '' -d shown_more -a more
    return 0
}
if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
    _kernel_completion "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _kernel_completion kernel
fi
"""

_FISH = """\
# Completion of kernel in fish. Made by `kernel completion fish`.
function _kernel_completion
    set -l words (commandline -opc)
    set -l typed (commandline -ct | string collect)
    # A quotation mark may still be open.
    set -l current (string unescape -- "$typed"; or string unescape -- "$typed'"; or string unescape -- "$typed"'"')
    set -q current[1]; or set current ''
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    for line in (VARIABLE=fish $program $words[2..] $current[1] 2> /dev/null < /dev/null)
        set -l parts (string split -m 2 \\t -- $line)
        switch $parts[1]
            case file dir
                # What fish itself completes after a command that it doesn't know: files. It sees ~ and variables as they are typed.
                set -l path (string sub -s (math (string length -- "$parts[2]") + 1) -- "$typed")
                set -l found (complete -C "_kernel_unknown -- $path")
                test $parts[1] = file; or set found (string match -- '*/' $found)
                for each in $found
                    printf '%s\\n' $parts[2]$each
                end
            case more word
                string join \\t -- $parts[2] $parts[3]
        end
    end
end
complete --command kernel --no-files --keep-order --arguments '(_kernel_completion)'
"""

# Shell -> its script.
SCRIPTS = {
    shell: script.replace("VARIABLE", VARIABLE)
    for shell, script in {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}.items()
}
