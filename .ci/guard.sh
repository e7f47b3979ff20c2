# Sourced by the guards in bash. A guard prints one line; when it fails, what is wrong and how to
# mend it. Guards run from the root of the repository.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
guard=$(basename "$0")

passed() { echo "$guard: ok, $*"; }

failed() {
    printf '%s: FAILED: %s\n' "$guard" "$1" >&2
    shift
    (($#)) && printf '  %s\n' "$@" >&2
    exit 1
}

# quietly COMMAND...: keeps the output in build/ci/<guard>.log, and shows its end when it fails.
quietly() {
    mkdir -p build/ci
    log=build/ci/$guard.log
    if ! "$@" >"$log" 2>&1; then
        tail -n 60 "$log" >&2
        return 1
    fi
}

# Our C++ files, those not yet committed included; with patterns as git ls-files takes them.
our_files() { git ls-files --cached --others --exclude-standard -- "$@" | while read -r f; do [[ ! -f $f ]] || echo "$f"; done; }
