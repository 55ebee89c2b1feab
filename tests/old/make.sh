#!/usr/bin/env bash
# Makes the ledger of an older build that the tests beside this script hold every later build against:
#     tests/old/make.sh 78c9703
# In a checkout of that commit, with its own program, catalogues and sample, it feeds every type of input, runs nights,
# signs a checkpoint, proves an event and prints the statements. The folder is packed into tests/old/COMMIT.tar.xz; it
# is made once and never again, since the ledger says when it was written.
set -euo pipefail
commit=${1:?name the commit of the build}
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'git -C "$here" worktree remove --force "$work/build"; rm -rf "$work"' EXIT
git -C "$here" worktree add --quiet --detach "$work/build" "$commit"
mkdir "$work/made"
cd "$work/made"
export PYTHONPATH=$work/build
unset OBNOVI_LEDGER OBNOVI_CATALOGUE OBNOVI_KEYS

obnovi() {
    python -c 'from scripts.cli.main import main; main()' "$@"
}

# sample/: the shipped catalogue, nights, evidence.
mkdir -p sample/statements told/statements
cd sample
python -m scripts.sample >feed.jsonl
obnovi feed feed.jsonl --rejects /dev/null >/dev/null || test $? = 3
obnovi night --until 2026-03-15T03:00:00+03:00 >/dev/null
obnovi keys create >/dev/null
obnovi checkpoint >checkpoint.txt
obnovi prove 79160000101 58 -o proof.txt >/dev/null
for account in 79160000101 79160000102 79160000103 79160000104; do
    for month in 01 02; do
        obnovi statement $account --from 2026-$month-01 --to 2026-$month-28 --json >statements/$account-2026-$month.json
    done
done
rm keys/signing-key.pem # no private key is kept

# told/: the tests' catalogue, and one account that is told what later editions decide otherwise, in every type of input.
cd ../told
cp "$work/build/tests/catalogue.toml" .
cp "$here/told.jsonl" feed.jsonl
obnovi feed feed.jsonl --catalogue catalogue.toml --rejects /dev/null >/dev/null || test $? = 3
obnovi night --until 2023-08-01T03:00:00+03:00 >/dev/null
for month in 02 03 04 05; do
    obnovi statement 79160000001 --from 2023-$month-01 --to 2023-$month-28 --json >statements/79160000001-2023-$month.json
done
obnovi events 79160000001 --json >events.jsonl

cd ..
rm -rf ./*/*.db-* ./*/*.views*
tar --create --xz --sort=name --owner=0 --group=0 --numeric-owner --file "$here/$commit.tar.xz" .
