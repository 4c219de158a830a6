package dev.piecewise.engine;

import dev.piecewise.engine.Sequence.State;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which sequences run and which wait, and what they hold of the device: KV places and slots. */
final class Books {
    private final KvBooks places;
    private final Slots slots;
    private final Admission admission;
    /** Oldest first. */
    private final List<Sequence> running = new ArrayList<>();

    private final List<Sequence> view = Collections.unmodifiableList(running);

    Books(ModelRunner runner, EngineLimits limits, EngineObserver observer) {
        places = new KvBooks(runner, limits);
        slots = new Slots(runner, limits.slots(), observer);
        admission = new Admission(places, slots);
    }

    /** Oldest first; changes with the books. */
    List<Sequence> running() {
        return view;
    }

    KvBooks places() {
        return places;
    }

    Slots slots() {
        return slots;
    }

    boolean idle() {
        return running.isEmpty() && admission.waiting() == 0;
    }

    void add(Sequence sequence) {
        admission.add(sequence);
    }

    /** The next sequence that is to run, which from now on does; null if there is none or no room for it. */
    @Nullable Sequence admit(long now) {
        Sequence sequence = admission.next(now);
        if (sequence != null) {
            sequence.state(State.RUNNING);
            int at = running.size();
            while (at > 0 && running.get(at - 1).age() > sequence.age()) {
                at--;
            }
            running.add(at, sequence);
        }
        return sequence;
    }

    /** The youngest running sequence gives its places back and waits. */
    void preemptYoungest() {
        Sequence youngest = running.removeLast();
        places.drop(youngest.extent());
        youngest.place(null);
        admission.preempted(youngest);
    }

    /** A sequence got a token more, which its user's turn pays for. */
    void charge(Sequence sequence) {
        admission.queue().charge(sequence, 1);
    }

    /** A sequence ends, wherever it stands, and holds nothing from now on. */
    void leave(Sequence sequence) {
        Slot slot = sequence.slot();
        if (slot != null) {
            slots.release(slot, !sequence.forgotten());
            sequence.slot(null);
        }
        if (sequence.state() != State.RUNNING) {
            admission.remove(sequence);
            return;
        }
        running.remove(sequence);
        admission.queue().ended(sequence);
        if (sequence.forgotten()) {
            places.drop(sequence.extent());
        } else {
            places.retire(sequence.extent());
        }
        sequence.place(null);
    }

    /** Drops what is kept of a user's tokens beyond the sequences that have not ended. */
    Engine.Forgotten forget(String user) {
        return new Engine.Forgotten(places.forget(user), slots.forget(user));
    }

    /** Drops the cached prefixes of all adapters, and from the bank those that were merged from this version of a pool. */
    void forgetAdapted(String pool) {
        places.forgetAdapted();
        slots.forgetMerged(pool);
    }

    /** Throws unless every KV place, bank column and sequence is accounted for. */
    void audit() {
        places.audit(running);
        List<Sequence> holders = new ArrayList<>(running);
        holders.addAll(admission.preempted());
        slots.audit(holders);
        admission.queue().audit(holders.size());
    }
}
