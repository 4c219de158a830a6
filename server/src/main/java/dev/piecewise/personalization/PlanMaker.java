package dev.piecewise.personalization;

import dev.piecewise.adapter.Assembler;
import dev.piecewise.adapter.Guard;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Plans;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a plan from the older items of a history and finds out on the newest ones whether it is any better than the base. The plan that was tried is the one that is kept: one
 * assembled from all items would cost twice as much and would be another than the one that is vouched for.
 */
final class PlanMaker {
    private static final Logger log = LoggerFactory.getLogger(PlanMaker.class);
    private static final double NANOS = 1e9;
    /** At most one of so many items is held out. */
    private static final int HELD_OUT_OF = 5;

    private final Assembler assembler;
    private final HeldOut heldOut;
    private final int guardItems;
    private final DoubleConsumer assemblySeconds;

    /** {@code guardItems} are held out at most; {@code assemblySeconds} hears how long each plan took, without its guard. */
    PlanMaker(Assembler assembler, HeldOut heldOut, int guardItems, DoubleConsumer assemblySeconds) {
        this.assembler = assembler;
        this.heldOut = heldOut;
        this.guardItems = guardItems;
        this.assemblySeconds = assemblySeconds;
    }

    /** {@code history} oldest first, as it was {@code read}, a time of {@link System#nanoTime}. INVALID_REQUEST when nothing in it can be assembled from. */
    Plan make(String user, List<HistoryItem> history, Assembler.Options options, Sides sides, long read) {
        Edition edition = sides.edition();
        int held = Math.min(guardItems, history.size() / HELD_OUT_OF);
        List<HistoryItem> older = history.subList(0, history.size() - held);
        long begun = System.nanoTime();
        Plan plan = withoutWithdrawn(assembler.assemble(edition.pool(), older, options), edition);
        double seconds = since(begun);
        assemblySeconds.accept(seconds);
        begun = System.nanoTime();
        Optional<Guard> guard = guard(user, plan, history.subList(older.size(), history.size()), sides, read);
        log.atInfo()
                .addKeyValue("items", plan.items())
                .addKeyValue("seconds", seconds)
                .addKeyValue("held_out", held)
                .addKeyValue("guard_seconds", since(begun))
                .addKeyValue("worse", guard.map(Guard::worse).orElse(false))
                .log("plan assembled");
        return plan.withGuard(guard);
    }

    /** Somebody may have withdrawn since the version was loaded that the plan is made from. */
    private static Plan withoutWithdrawn(Plan plan, Edition edition) {
        Set<String> withdrawn = edition.watch().withdrawn();
        return withdrawn.isEmpty()
                ? plan
                : Plans.moved(plan, edition.pool(), withdrawn)
                        .orElseThrow(() -> new ServingException(
                                ErrorCode.CONFLICT, "the sharers whose pieces fit have withdrawn; assemble again"));
    }

    /** Empty where nothing was held out, or what was has nothing to predict, or the engine is too busy to say. */
    private Optional<Guard> guard(String user, Plan plan, List<HistoryItem> items, Sides sides, long read) {
        if (items.isEmpty()) {
            return Optional.empty();
        }
        try {
            double base = heldOut.loss(user, sides.base(), items, read);
            double assembled = heldOut.loss(user, sides.assembled(plan), items, read);
            return Double.isFinite(base) && Double.isFinite(assembled)
                    ? Optional.of(new Guard(items.size(), base, assembled))
                    : Optional.empty();
        } catch (ServingException refused) {
            if (refused.code() != ErrorCode.OVERLOADED) {
                throw refused;
            }
            log.atWarn().addKeyValue("code", refused.code()).log("a plan was not compared with the base");
            return Optional.empty();
        }
    }

    private static double since(long begun) {
        return (System.nanoTime() - begun) / NANOS;
    }
}
