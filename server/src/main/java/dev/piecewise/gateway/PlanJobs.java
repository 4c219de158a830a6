package dev.piecewise.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.piecewise.adapter.Plan;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.personalization.Personalizer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Assembles plans in the background: for each user one job that runs and at most one that waits for it. A job that waits serves everybody who asks meanwhile,
 * since it will read the history as it is then; one that runs may have read it already, and does not.
 */
final class PlanJobs {
    private static final Logger LOG = LoggerFactory.getLogger(PlanJobs.class);
    private static final int MOST_RUNNING = 2;
    private static final int MOST_JOBS = 1024;

    private final Personalizer personalizer;
    private final Semaphore running = new Semaphore(MOST_RUNNING, true);
    /** The newest unfinished job of each user. */
    private final Map<String, Job> jobs = new ConcurrentHashMap<>();

    private final Cache<String, ServingException> failures = Caffeine.newBuilder()
            .maximumSize(MOST_JOBS)
            .expireAfterWrite(Duration.ofHours(1))
            .build();

    /** Jobs that have ended, by their ids. */
    private final Cache<String, Ended> ended = Caffeine.newBuilder()
            .maximumSize(MOST_JOBS)
            .expireAfterWrite(Duration.ofHours(1))
            .build();

    PlanJobs(Personalizer personalizer) {
        this.personalizer = personalizer;
    }

    /** How a job came out; {@code failure} is why there is no plan. */
    record Ended(String user, Instant created, Optional<ServingException> failure) {}

    /** One assembling of one user's plan; {@code plan} fails with a {@link ServingException}. */
    static final class Job {
        private final String id = "job-" + UUID.randomUUID();
        private final Instant created = Instant.now();
        private final CompletableFuture<Plan> plan = new CompletableFuture<>();
        /** The one that this one waits for. */
        private volatile @Nullable Job before;
        /** Changed only inside the map's compute. */
        private boolean begun;

        private Job(@Nullable Job before) {
            this.before = before;
        }

        private void awaitBefore() {
            Job first = before;
            if (first != null) {
                first.plan.handle((plan, failure) -> plan).join();
                before = null;
            }
        }

        String id() {
            return id;
        }

        Instant created() {
            return created;
        }

        CompletableFuture<Plan> plan() {
            return plan;
        }
    }

    /** A job that will read the user's history from now on; OVERLOADED when there are too many. */
    Job start(String user) {
        if (jobs.size() >= MOST_JOBS) {
            throw new ServingException(ErrorCode.OVERLOADED, "too many plans are waiting to be assembled");
        }
        return jobs.compute(user, (name, newest) -> {
            if (newest != null && !newest.begun) {
                return newest;
            }
            Job job = new Job(newest);
            Thread.ofVirtual().name("plan").start(() -> run(user, job));
            return job;
        });
    }

    /** The user's newest job, if it is not done yet. */
    Optional<Job> unfinished(String user) {
        return Optional.ofNullable(jobs.get(user));
    }

    /** The user's job of this id, if it is not done yet. */
    Optional<Job> unfinished(String user, String id) {
        Job job = jobs.get(user);
        while (job != null && !job.id.equals(id)) {
            job = job.before;
        }
        return Optional.ofNullable(job);
    }

    /** How this job of the user came out, if it did and not too long ago. */
    Optional<Ended> ended(String user, String id) {
        return Optional.ofNullable(ended.getIfPresent(id))
                .filter(job -> job.user().equals(user));
    }

    /** Starts a job if it can be had. */
    void tryStart(String user) {
        try {
            start(user);
        } catch (ServingException full) {
            LOG.atDebug().addKeyValue("code", full.code()).log("a plan is not assembled again");
        }
    }

    /** Why the user's last job failed, if it did and not too long ago. */
    Optional<ServingException> failure(String user) {
        return Optional.ofNullable(failures.getIfPresent(user));
    }

    /** Waits until the jobs that there are have ended, at most so long. */
    void awaitEnd(Duration limit) throws InterruptedException {
        CompletableFuture<?>[] plans = jobs.values().stream().map(Job::plan).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(plans).get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.atDebug().addKeyValue("jobs", plans.length).log("not every plan was assembled");
        }
    }

    private void run(String user, Job job) {
        job.awaitBefore();
        running.acquireUninterruptibly();
        try {
            jobs.computeIfPresent(user, (name, newest) -> {
                job.begun = true;
                return newest;
            });
            Plan plan = personalizer.assemble(user);
            failures.invalidate(user);
            finish(user, job, Optional.empty());
            job.plan.complete(plan);
        } catch (ServingException refused) {
            fail(user, job, refused);
        } catch (RuntimeException | Error fault) {
            LOG.atError().addKeyValue("job", job.id).setCause(fault).log("a plan could not be assembled");
            fail(
                    user,
                    job,
                    new ServingException(ErrorCode.INTERNAL, "the plan could not be assembled (" + job.id + ")"));
        } finally {
            running.release();
        }
    }

    private void fail(String user, Job job, ServingException refused) {
        failures.put(user, refused);
        finish(user, job, Optional.of(refused));
        job.plan.completeExceptionally(refused);
    }

    private void finish(String user, Job job, Optional<ServingException> failure) {
        ended.put(job.id, new Ended(user, job.created, failure));
        jobs.remove(user, job);
    }
}
