package dev.piecewise.engine;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The waiting sequences, taken fairly between users.
 *
 * <p>Virtual token counters (Sheng et al., "Fairness in Serving Large Language Models", OSDI 2024): a user pays for every token that is computed, for the prompt, less
 * what came from a cached prefix, when it is admitted, and for the completion as it is made; the user who had least goes first. It is deficit round-robin (Shreedhar
 * and Varghese, SIGCOMM 1995) with a quantum of one token and without the need to know a request's cost beforehand. Who comes new begins at the least counter of
 * those who wait, so nobody saves up time and nobody has an advantage by being new. Two bounds: a new user waits for at most one sequence of every other user,
 * however many they have waiting; and a user who was passed over {@value #PATIENCE} times goes next, so a stream of ever new users starves no old one. Users with
 * nothing waiting or running are forgotten.
 */
final class FairQueue {
    private static final int PATIENCE = 64;

    /** A user's place in the queue. */
    private static final class Account {
        final String user;
        final ArrayDeque<Sequence> waiting = new ArrayDeque<>();
        int taken;
        long counter;
        long lastTurn;

        Account(String user) {
            this.user = user;
        }
    }

    private final Map<String, Account> accounts = new HashMap<>();
    /** Those with something waiting, the one whose last turn was longest ago first. */
    private final ArrayDeque<Account> waiting = new ArrayDeque<>();

    private int size;
    private long turns;
    private long level;

    int size() {
        return size;
    }

    /** Users in the books. */
    int users() {
        return accounts.size();
    }

    void add(Sequence sequence) {
        Account account = accounts.computeIfAbsent(sequence.request().user(), Account::new);
        if (account.waiting.isEmpty()) {
            account.counter = Math.max(account.counter, leastCounter());
            account.lastTurn = turns;
            waiting.add(account);
        }
        account.waiting.add(sequence);
        size++;
    }

    /** Whose turn it is among the users whose first sequence is ready; it stays in the queue until it is taken. */
    @Nullable Sequence next(Predicate<Sequence> ready) {
        Account best = null;
        for (Account account : waiting) {
            if ((best == null || account.counter < best.counter) && ready.test(account.waiting.element())) {
                if (best == null && turns - account.lastTurn >= PATIENCE) {
                    return account.waiting.element();
                }
                best = account;
            }
        }
        return best == null ? null : best.waiting.element();
    }

    /** Takes a sequence out, as it is admitted. */
    void take(Sequence sequence) {
        Account account = account(sequence);
        leave(account, sequence);
        account.taken++;
        account.lastTurn = ++turns;
        level = account.counter;
        if (waiting.remove(account)) {
            waiting.add(account);
        }
    }

    /** Takes a sequence out that will never be admitted. */
    void remove(Sequence sequence) {
        Account account = account(sequence);
        leave(account, sequence);
        forgetIfDone(account);
    }

    /** So many tokens were computed for a sequence that was taken. */
    void charge(Sequence sequence, int tokens) {
        account(sequence).counter += tokens;
    }

    /** A sequence that was taken has ended. */
    void ended(Sequence sequence) {
        Account account = account(sequence);
        account.taken--;
        forgetIfDone(account);
    }

    /** Throws unless {@code taken} sequences were taken and have not ended, and the rest adds up. */
    void audit(int taken) {
        int inQueue = 0;
        int out = 0;
        int users = 0;
        for (Account account : accounts.values()) {
            inQueue += account.waiting.size();
            out += account.taken;
            users += account.waiting.isEmpty() ? 0 : 1;
        }
        if (inQueue != size || out != taken || users != waiting.size()) {
            throw new IllegalStateException(
                    "%d sequences wait and %d are taken, the books say %d and %d".formatted(inQueue, out, size, taken));
        }
    }

    private long leastCounter() {
        long least = Long.MAX_VALUE;
        for (Account account : waiting) {
            least = Math.min(least, account.counter);
        }
        return waiting.isEmpty() ? level : least;
    }

    private Account account(Sequence sequence) {
        Account account = accounts.get(sequence.request().user());
        if (account == null) {
            throw new IllegalStateException("the user of a sequence is not in the books");
        }
        return account;
    }

    private void leave(Account account, Sequence sequence) {
        if (!account.waiting.remove(sequence)) {
            throw new IllegalStateException("a sequence that should wait does not");
        }
        size--;
        if (account.waiting.isEmpty()) {
            waiting.remove(account);
        }
    }

    private void forgetIfDone(Account account) {
        if (account.waiting.isEmpty() && account.taken == 0) {
            accounts.remove(account.user);
        }
    }
}
