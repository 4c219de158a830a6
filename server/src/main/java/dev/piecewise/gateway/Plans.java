package dev.piecewise.gateway;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.PlanJson;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.ClientWatch;
import dev.piecewise.gateway.http.ErrorBody;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.personalization.Personalizer;
import dev.piecewise.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** {@code /v1/users/:user/plan}. */
final class Plans {
    private static final int DEFAULT_WAIT_SECONDS = 30;
    private static final int LONGEST_WAIT_SECONDS = 600;

    private final Store store;
    private final Personalizer personalizer;
    private final PlanJobs jobs;

    Plans(Serving serving, PlanJobs jobs) {
        store = serving.store();
        personalizer = serving.personalizer();
        this.jobs = jobs;
    }

    /** A job as clients see it; {@code created} in seconds since 1970. */
    private record JobState(
            String id,
            String object,
            String status,
            long created,
            @JsonInclude(JsonInclude.Include.NON_NULL) ErrorBody.@Nullable Detail error) {
        static JobState of(PlanJobs.Job job, String status) {
            return new JobState(job.id(), "plan.job", status, job.created().getEpochSecond(), null);
        }

        static JobState of(String id, PlanJobs.Ended job) {
            String status = job.failure().isPresent() ? "failed" : "done";
            long created = job.created().getEpochSecond();
            return new JobState(
                    id,
                    "plan.job",
                    status,
                    created,
                    job.failure().map(failure -> ErrorBody.of(failure).error()).orElse(null));
        }
    }

    private record OneJob(JobState job) {}

    private record Done(JobState job, Summary plan) {}

    private record Summary(
            String pool, String merge, int k, int items, int sites, List<String> sharers, String created) {
        static Summary of(Plan plan) {
            List<String> sharers = plan.sites().values().stream()
                    .flatMap(List::stream)
                    .map(Choice::sharer)
                    .distinct()
                    .sorted()
                    .toList();
            return new Summary(
                    plan.pool(),
                    plan.merge().wire(),
                    plan.k(),
                    plan.items(),
                    plan.sites().size(),
                    sharers,
                    plan.created().toString());
        }
    }

    /** Assembles in the background and waits for it, {@code ?wait=SECONDS} at most: 200 with the plan's summary, or 202 while the job goes on. */
    void assemble(Exchange exchange) throws InterruptedException, ClientGoneException {
        Store.User user = Users.existing(store, Users.id(exchange));
        int seconds = exchange.queryInteger("wait", 0, LONGEST_WAIT_SECONDS).orElse(DEFAULT_WAIT_SECONDS);
        PlanJobs.Job job = jobs.start(user.id());
        try (ClientWatch _ = exchange.watch()) {
            Plan plan = job.plan().get(seconds, TimeUnit.SECONDS);
            exchange.answer(200, new Done(JobState.of(job, "done"), Summary.of(plan)));
        } catch (TimeoutException e) {
            exchange.answer(202, new OneJob(JobState.of(job, "running")));
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ServingException refused ? refused : new IllegalStateException(e);
        }
    }

    /** Waits until every accepted job has ended, at most so long. */
    void awaitJobs(Duration limit) throws InterruptedException {
        jobs.awaitEnd(limit);
    }

    /** The plan as plan files write it, or 202 while a job is about to replace it. */
    void get(Exchange exchange) throws InterruptedException, ClientGoneException {
        Store.User user = Users.existing(store, Users.id(exchange));
        Optional<PlanJobs.Job> job = jobs.unfinished(user.id());
        if (job.isPresent()) {
            exchange.answer(202, new OneJob(JobState.of(job.get(), "running")));
            return;
        }
        Plan plan = personalizer.plan(user.id()).orElseThrow(() -> noPlan(user.id()));
        exchange.answer(200, PlanJson.toJson(plan));
    }

    /** How a job goes, or went in the last hour. */
    void job(Exchange exchange) throws InterruptedException, ClientGoneException {
        Store.User user = Users.existing(store, Users.id(exchange));
        String id = exchange.part("job");
        Optional<JobState> running = jobs.unfinished(user.id(), id).map(job -> JobState.of(job, "running"));
        JobState state = running.or(() -> jobs.ended(user.id(), id).map(job -> JobState.of(id, job)))
                .orElseThrow(() -> new ServingException(ErrorCode.NOT_FOUND, "the user has no such job", "job"));
        exchange.answer(200, new OneJob(state));
    }

    private ServingException noPlan(String user) {
        String why = jobs.failure(user)
                .map(failure -> "; the last time it was assembled, it failed: " + failure.text())
                .orElse("");
        return new ServingException(ErrorCode.NOT_FOUND, "the user has no plan" + why, "user");
    }
}
