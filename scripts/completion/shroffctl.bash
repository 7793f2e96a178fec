# bash completion of shroffctl: the words come from the program's own --help.
_shroffctl() {
    local cur=${COMP_WORDS[COMP_CWORD]} group=${COMP_WORDS[1]-} verb=${COMP_WORDS[2]-} words
    if ((COMP_CWORD == 1)); then
        words=$(shroffctl --help 2>/dev/null | awk '$1 == "shroffctl" { print $2 }' | sort -u)
    elif [[ $cur == -* ]]; then
        words=$(shroffctl "$group" "${verb#-*}" --help 2>/dev/null | awk '$1 ~ /^--/ { print $1 }' | sort -u)
        words+=' --help'
    elif ((COMP_CWORD == 2)); then
        words=$(shroffctl --help 2>/dev/null | awk -v g="$group" '$1 == "shroffctl" && $2 == g && $3 ~ /^[a-z]/ { print $3 }')
    else
        return 0
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o default -F _shroffctl shroffctl
