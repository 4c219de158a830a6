package dev.piecewise.engine;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The waiting sequences, taken fairly between users.
 *
 * <p>Deficit round-robin (Shreedhar and Varghese, SIGCOMM 1995) over the users that wait: each in turn gets {@value #QUANTUM} tokens of credit and may start a
 * sequence if its balance is positive. A completion's length is not known beforehand, so a user pays for what is really computed, as in the virtual token counter
 * (Sheng et al., OSDI 2024): for its prompt, less what came from a cached prefix, when it is admitted, and for every completion token as it is made. So a balance may
 * be negative; then the user is passed over, with its credit, until it is positive again. A turn starts one sequence: whoever comes new waits for at most one
 * sequence of every other user, however many they have waiting. Users with nothing waiting or running are forgotten, and their debts with them.
 */
final class FairQueue {
    private static final int QUANTUM = 512;

    /** A user's place in the queue. */
    private static final class Account {
        final String user;
        final ArrayDeque<Sequence> waiting = new ArrayDeque<>();
        int taken;
        long balance;

        Account(String user) {
            this.user = user;
        }
    }

    private final Map<String, Account> accounts = new HashMap<>();
    /** Those with something waiting, the one whose turn it is first. */
    private final ArrayDeque<Account> turns = new ArrayDeque<>();

    private int size;

    int size() {
        return size;
    }

    /** Users in the books. */
    int users() {
        return accounts.size();
    }

    void add(Sequence sequence) {
        Account account = accounts.computeIfAbsent(sequence.request().user(), Account::new);
        account.waiting.add(sequence);
        size++;
        if (account.waiting.size() == 1) {
            turns.add(account);
        }
    }

    /** Whose turn it is among the users whose first sequence is ready; it stays in the queue, and is the answer again, until it is taken. */
    @Nullable Sequence next(Predicate<Sequence> ready) {
        while (true) {
            long debt = Long.MAX_VALUE;
            for (int visits = turns.size(); visits > 0; visits--) {
                Account account = turns.element();
                Sequence first = account.waiting.element();
                if (ready.test(first)) {
                    if (account.balance <= 0) {
                        account.balance += QUANTUM;
                    }
                    if (account.balance > 0) {
                        return first;
                    }
                    debt = Math.min(debt, -account.balance);
                }
                turns.add(turns.remove());
            }
            if (debt == Long.MAX_VALUE) {
                return null;
            }
            skipRounds(debt / QUANTUM);
        }
    }

    /** Takes a sequence out, as it is admitted; its user's turn is over. */
    void take(Sequence sequence) {
        Account account = account(sequence);
        leave(account, sequence);
        account.taken++;
        if (turns.peek() == account) {
            turns.add(turns.remove());
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
        account(sequence).balance -= tokens;
    }

    /** A sequence that was taken has ended. */
    void ended(Sequence sequence) {
        Account account = account(sequence);
        account.taken--;
        forgetIfDone(account);
    }

    /** Throws unless the books are about {@code waiting} sequences and {@code taken} ones. */
    void audit(int taken) {
        int waiting = 0;
        int out = 0;
        int users = 0;
        for (Account account : accounts.values()) {
            waiting += account.waiting.size();
            out += account.taken;
            users += account.waiting.isEmpty() ? 0 : 1;
        }
        if (waiting != size || out != taken || users != turns.size()) {
            throw new IllegalStateException(
                    "%d sequences wait and %d are taken, the books say %d and %d".formatted(waiting, out, size, taken));
        }
    }

    /** What the next rounds would give if nobody's turn came in them. */
    private void skipRounds(long rounds) {
        for (Account account : turns) {
            if (account.balance <= 0) {
                account.balance = Math.min(QUANTUM, account.balance + rounds * QUANTUM);
            }
        }
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
            turns.remove(account);
        }
    }

    private void forgetIfDone(Account account) {
        if (account.waiting.isEmpty() && account.taken == 0) {
            accounts.remove(account.user);
        }
    }
}
