package dev.piecewise.engine;

import java.util.Collection;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Decides which sequence starts next.
 *
 * <p>First those that were preempted, oldest first, as they were running already and keep their slots. Then the users in turn. A sequence for which there are no KV
 * places holds everything up, as smaller ones could overtake it for ever. A sequence for whose adapter there are no bank columns is passed over; the first of them
 * has a claim: it starts as soon as the columns are there, and after {@value #OVERTAKES} others took columns before it nobody does until it has its own, so that those
 * in use become free. Sequences without columns of their own never stand in its way.
 */
final class Admission {
    private static final int OVERTAKES = 16;

    private final FairQueue queue = new FairQueue();
    private final PriorityQueue<Sequence> preempted = new PriorityQueue<>(Comparator.comparingLong(Sequence::age));
    private final KvBooks places;
    private final Slots slots;
    private @Nullable Sequence claimant;
    private long admitted;
    private long now;

    Admission(KvBooks places, Slots slots) {
        this.places = places;
        this.slots = slots;
    }

    int waiting() {
        return queue.size() + preempted.size();
    }

    Collection<Sequence> preempted() {
        return preempted;
    }

    FairQueue queue() {
        return queue;
    }

    void add(Sequence sequence) {
        queue.add(sequence);
    }

    void preempted(Sequence sequence) {
        sequence.state(Sequence.State.PREEMPTED);
        preempted.add(sequence);
    }

    /** The next sequence to run, with its places but perhaps not yet its slot; null if there is none or no room for it. */
    @Nullable Sequence next(long now) {
        this.now = now;
        Sequence next = preempted.peek();
        if (next != null) {
            return places.tryAdmit(next) ? preempted.remove() : null;
        }
        next = turn();
        if (next == null || !places.tryAdmit(next)) {
            return null;
        }
        queue.take(next);
        settleClaims(next);
        next.age(++admitted);
        int cached = next.extent().computed();
        next.generation().admitted(now, cached);
        queue.charge(next, next.tokens().length() - cached);
        return next;
    }

    /** A sequence that is not running will not run. */
    void remove(Sequence sequence) {
        if (sequence.state() == Sequence.State.PREEMPTED) {
            preempted.remove(sequence);
            queue.ended(sequence);
            return;
        }
        queue.remove(sequence);
        if (claimant == sequence) {
            claimant = null;
        }
    }

    private @Nullable Sequence turn() {
        Sequence first = claimant;
        return first != null && ready(first) ? first : queue.next(this::ready);
    }

    private boolean ready(Sequence sequence) {
        return mayTakeColumns(sequence) && !places.prefixIsComing(sequence);
    }

    private boolean mayTakeColumns(Sequence sequence) {
        if (sequence.adapter() == null) {
            return true;
        }
        if (claimant != null && claimant != sequence && claimant.overtaken() >= OVERTAKES) {
            return false;
        }
        if (slots.fits(sequence)) {
            return true;
        }
        sequence.clock().blocked(now);
        if (claimant == null) {
            claimant = sequence;
        }
        return false;
    }

    private void settleClaims(Sequence admitted) {
        if (claimant == admitted) {
            claimant = null;
        } else if (claimant != null && admitted.adapter() != null) {
            claimant.overtake();
        }
    }
}
