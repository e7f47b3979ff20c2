#!/usr/bin/env perl
# A job queue with an HTTP API, built on Minion and SQLite; README.md has the table of the API.
#
#   perl app.pl daemon -l http://127.0.0.1:3000     serves the API
#   perl app.pl minion worker                       works the jobs off
#
# JOB_QUEUE_DB names the database; without it that is queue.db beside this file.
BEGIN { $ENV{MOJO_MODE} //= 'production' }
use Mojolicious::Lite -signatures;

use Mojo::File qw(curfile path);
use Mojo::JSON qw(to_json);
use Mojo::SQLite;
use Mojo::Util qw(url_escape);
use Time::HiRes qw(usleep);
use lib curfile->dirname->child('lib')->to_string;

# In seconds.
use constant {
  BACKOFF   => 0.15,    # before another attempt; the queue counts whole seconds, so it is often at once
  POLL      => 0.05,    # between two looks for a job
  HEARTBEAT => 1,       # between two signs of life of a worker
  AT_WORK   => 5,       # a worker that gave none for longer is not counted
  GONE      => 10,      # and then its jobs are taken from it and tried again
  FOREVER   => 1e9,
};

# Loopback, unless -l says otherwise: Mojolicious itself would listen on every address.
$ENV{MOJO_LISTEN} //= 'http://127.0.0.1:3000';

# A URI, because in DBI's other ways to name a file some characters have a meaning.
my $file   = path($ENV{JOB_QUEUE_DB} || curfile->sibling('queue.db'))->to_abs;
my $source = 'dbi:SQLite:uri=file:' . url_escape("$file", '^A-Za-z0-9._~/-');
my $sqlite = Mojo::SQLite->new->dsn($source);
plugin Minion => {Audited => $sqlite};
my $minion = app->minion;
my $queue  = $minion->backend->dequeue_interval(POLL);
eval { $queue->prepare; 1 }
  or die "cannot write the job queue's database $file: ", $@ =~ s/ at \S+ line \d+.*//sr,
  "; next: let JOB_QUEUE_DB name a database, or a new file, in a folder that you may write to\n";
# From now on a database that was taken away is an error, and not made anew without its jobs.
$sqlite->dsn("$source?mode=rw");

# Jobs stay until somebody looks after them, however long there is no worker.
$minion->missing_after(GONE)->stuck_after(FOREVER)->remove_after(FOREVER)->backoff(sub ($retries) {BACKOFF});

$minion->add_task(
  analysis => sub ($job, $fail) {
    die "the input cannot be analysed\n" if $fail eq 'always' || ($fail eq 'once' && !$job->retries);
  }
);

# Minion's own waits are seconds long, and its worker sees SIGTERM only after them.
$minion->on(
  worker => sub ($minion, $worker) {
    %{$worker->status} = (dequeue_timeout => 2 * POLL, heartbeat_interval => HEARTBEAT, repair_interval => GONE);
    $worker->unsubscribe('busy')->on(busy => sub { usleep POLL * 1e6 });
  }
);

helper refuse => sub ($c, $status, $why) { $c->render(json => {error => $why}, status => $status); undef };
helper 'reply.http_not_found' => sub ($c) { $c->refuse(404, "there is no " . $c->req->method . ' ' . $c->req->url->path) };
helper 'reply.http_exception' => sub ($c, $why) { $c->log->error($why); $c->refuse(500, 'this went wrong; the log of the app says why') };

helper asked_job => sub ($c) {
  my $id = $c->param('id');
  return $queue->find($id) // $c->refuse(404, "there is no job $id");
};

# What a body may hold: by the name of a field its test, what it must be, and what it is when it is not there.
sub is_text ($value) { to_json($value) =~ /^"/ }
my %job_fields = (
  kind     => [sub { is_text($_) && $_ eq 'analysis' },                '"analysis"'],
  fail     => [sub { is_text($_) && /^(always|never|once)\z/ },        '"always", "never" or "once"', 'never'],
  attempts => [sub { to_json($_) =~ /^([1-9]|1[0-9]|20)\z/ },          'a whole number from 1 to 20', 3],
);
my %moderation_fields = (
  action => [sub { is_text($_) && $_ eq 're-run' },                    '"re-run"'],
  by     => [sub { is_text($_) && /^(?=.*\S)[^[:cntrl:]]{1,100}\z/ },  'the name of who asks, in 1 to 100 characters', 'operator'],
);

helper asked => sub ($c, $fields) {
  my $body = $c->req->json;
  return $c->refuse(400, 'the body is not a JSON object') if ref $body ne 'HASH';
  for my $name (sort keys %$body) {
    return $c->refuse(400, "the body has a field '$name'; known are " . join ', ', sort keys %$fields) if !$fields->{$name};
  }
  for my $name (sort keys %$fields) {
    my ($fits, $must, $default) = @{$fields->{$name}};
    local $_ = exists $body->{$name} ? $body->{$name} : $default;
    return $c->refuse(400, "$name must be $must") if !$fits->();
    $body->{$name} = $_;
  }
  return $body;
};

get '/health' => sub ($c) {
  return $c->render(json => {status => 'ok'}) if eval { $queue->counts(AT_WORK) };
  $c->log->error($@);
  $c->refuse(503, 'the database does not answer; the log of the app says why');
};

get '/v1/queue' => sub ($c) { $c->render(json => $queue->counts(AT_WORK)) };

post '/v1/jobs' => sub ($c) {
  my $body = $c->asked(\%job_fields) // return;
  my $id   = $minion->enqueue($body->{kind} => [$body->{fail}] => {attempts => $body->{attempts}});
  $c->render(json => {id => $id, state => $queue->find($id)->{state}}, status => 201);
};

get '/v1/jobs' => sub ($c) {
  my ($state, @known) = ($c->param('state'), $queue->states);
  return $c->refuse(400, "there is no state '$state'; known are " . join ', ', @known)
    if defined $state && !grep { $_ eq $state } @known;
  $c->render(json => $queue->newest($state));
};

get '/v1/jobs/<id:num>' => sub ($c) {
  my $job = $c->asked_job // return;
  $c->render(json => $job);
};

post '/v1/admin/analysis-jobs/<id:num>/moderation' => sub ($c) {
  my $job  = $c->asked_job                   // return;
  my $body = $c->asked(\%moderation_fields) // return;
  # The operator has mended the input: this time it is analysed.
  my $id = $queue->rerun($job->{id}, $body->{by}, ['never'])
    // return $c->refuse(409, "job $job->{id} is $job->{state}; only a job that is dead_letter is run again");
  $c->render(json => {id => $id, rerunOf => $job->{id}}, status => 202);
};

get '/v1/audit' => sub ($c) { $c->render(json => $queue->trail) };

get '/v1/jobs/<id:num>/audit' => sub ($c) {
  my $job = $c->asked_job // return;
  $c->render(json => $queue->trail($job->{id}));
};

app->start;
