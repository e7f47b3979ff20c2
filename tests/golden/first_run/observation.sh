# How the case comes about: run by bash -e in an empty folder that holds policy.yaml.
sqlite3 shop.db "
  CREATE TABLE orders(id INTEGER PRIMARY KEY, customer TEXT, amount INTEGER);
  CREATE INDEX orders_by_customer ON orders(customer);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    INSERT INTO orders SELECT i, 'customer ' || (i % 37), i * 3 FROM n"
mkdir tenants
for name in acme zeta; do
    sqlite3 "tenants/$name.db" "CREATE TABLE note(text TEXT); INSERT INTO note VALUES('of $name')"
done
