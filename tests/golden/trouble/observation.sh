# How the case comes about: run by bash -e in an empty folder that holds policy.yaml.
for name in gone shop; do
    sqlite3 "$name.db" "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item(name) VALUES('one'), ('two')"
done
for run in 1 2 3; do muster apply policy.yaml --quiet; done
rm gone.db
cd backups/shop
snapshots=(*.sqlite)  # two, as the rule keeps
truncate -s 5000 "${snapshots[0]}"                                              # its manifest tells its length
cd ../..
MUSTER_TEST_KILL_AT=snapshot.artifact_stored muster apply policy.yaml --target shop || true  # killed before the commit
# Unproven and spoiled in its middle: the next run verifies it and finds it bad.
muster apply policy.yaml --only snapshot --target shop --quiet 2>/dev/null || [[ $? == 4 ]]
spoiled=$(printf '%s\n' backups/shop/*.sqlite | tail -n 1)
printf 'spoiled' | dd of="$spoiled" bs=1 seek=6000 conv=notrunc status=none
MUSTER_TEST_KILL_AT=snapshot.artifact_stored muster apply policy.yaml --target shop || true
