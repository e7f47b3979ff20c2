# Minion's backend for SQLite, with an audit trail, and with jobs that an operator may run again.
#
# What changes the state of a job writes the audit trail in the same transaction, so the two never differ. The one
# transaction also hides that Minion first calls a job failed and then, where attempts are left, waiting again.
package Minion::Backend::Audited;
use Mojo::Base 'Minion::Backend::SQLite', -signatures;

use Mojo::SQLite::Migrations;
use Mojo::Util qw(steady_time);
use Time::HiRes qw(usleep);

# Gives the methods of Minion the connection of the transaction that is open.
package Minion::Backend::Audited::Open { use Mojo::Base -base; has 'db' }

use constant {
  NEWEST   => 100,
  PATIENCE => 5,    # seconds: app and worker may both come to make a new database
};

sub states ($self) { return qw(waiting running dead_letter superseded succeeded) }

# Makes the tables where they are missing. Dies where the database cannot be written.
sub prepare ($self) {
  my $end = steady_time + PATIENCE;
  while (!eval { $self->_make; 1 }) {
    die $@ if $@ !~ /is locked/ || steady_time > $end;
    usleep 20_000;
  }
}

sub _make ($self) {
  $self->sqlite->migrations->migrate;
  Mojo::SQLite::Migrations->new(sqlite => $self->sqlite, name => 'job_queue')->from_data->migrate;
  $self->sqlite->db->query('delete from job_audit where id < 0');    # nothing, but it must be allowed
}

sub enqueue ($self, $task, $args = [], $options = {}) {
  my ($by, $detail) = delete @$options{qw(by detail)};
  return $self->_in_one_transaction(sub {
    my $id = $self->SUPER::enqueue($task, $args, $options);
    $self->_audit($id, 'created', $by // 'api', $detail);
    return $id;
  });
}

sub finish_job ($self, $id, @rest) {
  return $self->_in_one_transaction(sub {
    my $done = $self->SUPER::finish_job($id, @rest) or return undef;
    $self->_audit($id, 'succeeded', $self->_worker($id));
    return $done;
  });
}

sub fail_job ($self, $id, @rest) {
  return $self->_in_one_transaction(sub {
    my $done = $self->SUPER::fail_job($id, @rest) or return undef;
    my $job  = $self->find($id);
    my $by   = $self->_worker($id);
    $self->_audit($id, 'attempt_failed', $by, "attempt $job->{attempts} of $job->{attemptsAllowed}: $job->{error}");
    $self->_audit($id, 'dead_letter', $by, 'no attempt is left') if $job->{state} eq 'dead_letter';
    return $done;
  });
}

# The id of a new job in place of a dead letter, which it supersedes; undef when the job is none.
sub rerun ($self, $id, $by, $args) {
  return $self->_in_one_transaction(sub {
    my $job = $self->find($id);
    return undef if !$job || $job->{state} ne 'dead_letter';
    $self->_audit($id, 'rerun_asked', $by);
    my $new = $self->enqueue($job->{kind}, $args,
      {attempts => $job->{attemptsAllowed}, notes => {rerunOf => $id}, by => $by, detail => "re-run of job $id"});
    $self->note($id, {supersededBy => $new});
    return $new;
  });
}

sub find ($self, $id) { return $self->sqlite->db->query('select * from job where id = ?', $id)->hash }

sub newest ($self, $state = undef) {
  return $self->sqlite->db->query(
    'select * from job where state = coalesce(?, state) order by id desc limit ?', $state, NEWEST)->hashes;
}

sub trail ($self, $job = undef) {
  return $self->sqlite->db->query(
    'select at, job, event, by, detail from job_audit where job = coalesce(?, job) order by id', $job)->hashes;
}

sub counts ($self, $at_work) {
  return $self->sqlite->db->query(
    q{select (select count(*) from job where state in ('waiting', 'running')) as "primary",
             (select count(*) from job where state = 'dead_letter') as deadLetter,
             (select count(*) from minion_workers where notified >= datetime('now', ?)) as workers}, "-$at_work seconds")->hash;
}

sub _worker ($self, $id) {
  return $self->sqlite->db->query(q{select 'worker ' || worker from minion_jobs where id = ?}, $id)->array->[0];
}

sub _audit ($self, $id, $event, $by, $detail = undef) {
  $self->sqlite->db->query('insert into job_audit(job, event, by, detail) values(?, ?, ?, ?)', $id, $event, $by, $detail);
}

# Commits when the work returns something true.
sub _in_one_transaction ($self, $work) {
  return $work->() if $self->sqlite->isa('Minion::Backend::Audited::Open');
  my $db   = $self->sqlite->db;
  my $open = $db->begin('immediate');
  local $self->{sqlite} = Minion::Backend::Audited::Open->new(db => $db);
  my $result = $work->();
  $open->commit if $result;
  return $result;
}

1;

__DATA__
@@ job_queue
-- 1 up
create table job_audit (
  id     integer primary key autoincrement,
  at     text not null default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  job    integer not null,
  event  text not null,
  by     text not null,
  detail text
);
create index job_audit_by_job on job_audit(job);

-- Minion counts the attempts that are left, not those that were made.
create view job as
  select id,
         task as kind,
         case when state = 'inactive' then 'waiting'
              when state = 'active' then 'running'
              when state = 'finished' then 'succeeded'
              when json_extract(notes, '$.supersededBy') is null then 'dead_letter'
              else 'superseded' end as state,
         retries + (state <> 'inactive') as attempts,
         retries + attempts as attemptsAllowed,
         case when state <> 'finished' then rtrim(json_extract(result, '$'), char(10)) end as error,
         json_extract(notes, '$.rerunOf') as rerunOf,
         json_extract(notes, '$.supersededBy') as supersededBy,
         replace(created, ' ', 'T') || 'Z' as createdAt,
         case when state in ('failed', 'finished') then replace(finished, ' ', 'T') || 'Z' end as finishedAt
  from minion_jobs;

-- 1 down
drop view job;
drop table job_audit;
