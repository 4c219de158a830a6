package dev.piecewise.personalization;

import dev.piecewise.adapter.Plan;
import dev.piecewise.error.ServingException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Assembles one plan at a time, since the device does no more. Whoever asks for a user who waits already gets the same plan; once it has begun, the history may have
 * grown since it was read, and the next one who asks waits for a plan of their own.
 */
final class Assemblies {
    private final Semaphore turn = new Semaphore(1, true);
    private final Map<String, CompletableFuture<Plan>> waiting = new ConcurrentHashMap<>();

    /** Makes a plan. Blocking. */
    Plan assemble(String user, Supplier<Plan> make) {
        CompletableFuture<Plan> mine = new CompletableFuture<>();
        CompletableFuture<Plan> first = waiting.putIfAbsent(user, mine);
        if (first != null) {
            return await(first);
        }
        turn.acquireUninterruptibly();
        try {
            waiting.remove(user);
            Plan plan = make.get();
            mine.complete(plan);
            return plan;
        } catch (RuntimeException | Error failed) {
            mine.completeExceptionally(failed);
            throw failed;
        } finally {
            turn.release();
        }
    }

    private static Plan await(CompletableFuture<Plan> plan) {
        try {
            return plan.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof ServingException refused ? refused : failed;
        }
    }
}
