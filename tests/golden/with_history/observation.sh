# How the case comes about: run by bash -e in an empty folder that holds policy.yaml.
sqlite3 shop.db "CREATE TABLE orders(id INTEGER PRIMARY KEY, amount INTEGER)"
for run in 1 2 3 4; do
    sqlite3 shop.db "INSERT INTO orders(amount) VALUES($run)"
    muster apply policy.yaml --quiet
done
# Taken, and not verified: no run has proven it yet.
muster apply policy.yaml --only snapshot --quiet 2>/dev/null || [[ $? == 4 ]]
