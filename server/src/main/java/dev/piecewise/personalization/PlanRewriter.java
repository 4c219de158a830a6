package dev.piecewise.personalization;

import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Plans;
import dev.piecewise.adapter.Pool;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes sharers who withdrew out of the stored plans, in the background: what is left of a plan is scaled to sum to 1, as it is served since the withdrawal; where nothing is left it is assembled
 * anew, or erased when that cannot be. While the database is gone it tries again.
 */
public final class PlanRewriter implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PlanRewriter.class);
    private static final int PAGE = 200;
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final Store store;
    private final Consumer<String> assemble;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("plans").factory());

    /** {@code assemble} makes and stores a user's plan; a {@link ServingException} where it cannot be made. */
    public PlanRewriter(Store store, Consumer<String> assemble) {
        this.store = store;
        this.assemble = assemble;
    }

    /** Begins to move all plans of earlier versions of this pool to it. */
    public void moveTo(Pool pool) {
        Set<String> versions = new HashSet<>(pool.earlier());
        start(versions, pool.hash(), plan -> Plans.moved(plan, pool));
    }

    /** Begins to take leave of all plans of these versions of a pool that nobody is left in. */
    public void end(Set<String> versions) {
        start(versions, "", _ -> Optional.empty());
    }

    /** What is not done yet is done when the server starts again. */
    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void start(Set<String> versions, String beside, Store.PlanEdit move) {
        thread.execute(() -> {
            try {
                while (!done(versions, beside, move)) {
                    Thread.sleep(PAUSE);
                }
            } catch (InterruptedException closed) {
                log.atDebug().log("stored plans are rewritten when the server starts again");
            } catch (RuntimeException fault) {
                log.atError().setCause(fault).log("stored plans could not be rewritten");
            }
        });
    }

    /** Twice: what was assembled anew meanwhile, or before by who read the pool before the withdrawal, is found the second time. */
    private boolean done(Set<String> versions, String beside, Store.PlanEdit move) {
        try {
            int rewritten = pass(versions, beside, move) + pass(versions, beside, move);
            log.atInfo().addKeyValue("plans", rewritten).log("stored plans hold nothing of who withdrew");
            return true;
        } catch (ServingException failed) {
            if (failed.code() != ErrorCode.UNAVAILABLE) {
                throw failed;
            }
            log.atWarn().addKeyValue("reason", failed.text()).log("stored plans cannot be rewritten now");
            return false;
        }
    }

    private int pass(Set<String> versions, String beside, Store.PlanEdit move) {
        List<String> empty = new ArrayList<>();
        int rewritten = 0;
        String after = "";
        while (true) {
            Store.PlanPage page = store.editPlans(beside, after, PAGE, plan -> edit(plan, versions, move));
            rewritten += page.changed();
            empty.addAll(page.without());
            if (page.last().isEmpty()) {
                break;
            }
            after = page.last().get();
        }
        empty.forEach(this::assembleOrErase);
        return rewritten + empty.size();
    }

    private static Optional<Plan> edit(Plan plan, Set<String> versions, Store.PlanEdit move) {
        return versions.contains(plan.pool()) ? move.edit(plan) : Optional.of(plan);
    }

    private void assembleOrErase(String user) {
        try {
            assemble.accept(user);
        } catch (ServingException refused) {
            if (refused.code() == ErrorCode.UNAVAILABLE) {
                throw refused;
            }
            store.deletePlan(user);
        }
    }
}
