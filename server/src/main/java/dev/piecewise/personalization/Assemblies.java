package dev.piecewise.personalization;

import dev.piecewise.adapter.Plan;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Assembles one plan at a time, since the device does no more. Whoever asks for a user who waits already gets the same plan; once it has begun, the history may have
 * grown since it was read, and the next one who asks waits for a plan of their own.
 */
final class Assemblies {
    private final Semaphore turn = new Semaphore(1, true);
    private final Map<String, Assembly> waiting = new ConcurrentHashMap<>();
    private volatile @Nullable Assembly running;

    private static final class Assembly {
        final String user;
        final CompletableFuture<Plan> plan = new CompletableFuture<>();
        volatile boolean dropped;

        Assembly(String user) {
            this.user = user;
        }
    }

    /** Makes a plan and keeps it. Blocking. CONFLICT, and nothing is kept, when the user was dropped on the way. */
    Plan assemble(String user, Supplier<Plan> make, Consumer<Plan> keep) {
        Assembly mine = new Assembly(user);
        Assembly first = waiting.putIfAbsent(user, mine);
        if (first != null) {
            return await(first);
        }
        turn.acquireUninterruptibly();
        try {
            waiting.remove(user);
            running = mine;
            Plan plan = make.get();
            requireWanted(mine);
            keep.accept(plan);
            mine.plan.complete(plan);
            return plan;
        } catch (RuntimeException | Error failed) {
            mine.plan.completeExceptionally(failed);
            throw failed;
        } finally {
            running = null;
            turn.release();
        }
    }

    /** The plan of this user that is being made will not be kept. */
    void drop(String user) {
        Assembly now = running;
        if (now != null && now.user.equals(user)) {
            now.dropped = true;
        }
    }

    private static void requireWanted(Assembly assembly) {
        if (assembly.dropped) {
            throw new ServingException(
                    ErrorCode.CONFLICT, "the user's history was erased while the plan was assembled", "user");
        }
    }

    private static Plan await(Assembly assembly) {
        try {
            return assembly.plan.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof ServingException refused ? refused : failed;
        }
    }
}
