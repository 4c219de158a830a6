package dev.piecewise.engine;

import dev.piecewise.adapter.BankImage;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/**
 * The adapters in the device's bank, each in columns of its own and known by who may share it. Adapters that no sequence runs with stay until their columns are
 * needed, the least recently used going first. The lowest columns are taken first, as the device computes up to the highest one in use.
 */
final class Slots {
    private static final Logger LOG = System.getLogger(Slots.class.getName());

    private final ModelRunner runner;
    private final EngineObserver observer;
    private final int columns;
    private final int most;
    /** In the order of their columns. */
    private final List<Slot> slots = new ArrayList<>();

    private List<String> resident = List.of();
    private int active;
    private long tick;

    Slots(ModelRunner runner, int most, EngineObserver observer) {
        this.runner = runner;
        this.observer = observer;
        this.most = most;
        columns = runner.limits().bankColumns();
    }

    int active() {
        return active;
    }

    int idle() {
        return slots.size() - active;
    }

    int free() {
        return most - slots.size();
    }

    /** Fingerprints of the adapters in the bank. */
    List<String> resident() {
        return resident;
    }

    /** Whether a sequence's adapter is in the bank or could be put there now. */
    boolean fits(Sequence sequence) {
        if (indexOf(sequence.sharing()) >= 0) {
            return true;
        }
        if (active >= most) {
            return false;
        }
        int end = 0;
        for (Slot slot : slots) {
            if (!slot.idle()) {
                if (slot.firstColumn() - end >= sequence.rank()) {
                    return true;
                }
                end = slot.end();
            }
        }
        return columns - end >= sequence.rank();
    }

    /** The slot of a sequence's adapter, which fits, loaded if it was not there. If loading fails its columns are free again and the failure is the caller's. */
    Slot acquire(Sequence sequence, BankImage adapter) {
        String user = sequence.request().user();
        int rank = sequence.rank();
        int index = indexOf(sequence.sharing());
        if (index >= 0) {
            observer.slotHit();
            return hold(slots.get(index), user);
        }
        if (slots.size() == most) {
            evictOldest();
        }
        int at = gap(rank);
        while (at < 0) {
            evictOldest();
            at = gap(rank);
        }
        int first = endBefore(at);
        long start = System.nanoTime();
        runner.loadAdapter(adapter, first);
        observer.slotLoaded((System.nanoTime() - start) / 1e9);
        Slot slot = new Slot(sequence, adapter.fingerprint(), first);
        slots.add(at, slot);
        changed();
        return hold(slot, user);
    }

    /** Where it is not to be kept, the adapter goes with the last sequence that runs with it. */
    void release(Slot slot, boolean keep) {
        slot.release();
        if (!keep) {
            slot.outdate();
        }
        if (slot.idle()) {
            active--;
            if (slot.outdated()) {
                forget(slot::equals);
            }
        }
    }

    /** Drops the adapters that no sequence runs with and that this user was the last to use; how many these were. */
    int forget(String user) {
        return forget(slot -> slot.user().equals(user));
    }

    /** Drops the adapters that were merged from this version of a pool; those that sequences run with go when these have ended. */
    void forgetMerged(String pool) {
        slots.stream().filter(slot -> slot.pool().equals(pool)).forEach(Slot::outdate);
        forget(Slot::outdated);
    }

    /** Drops idle slots, and what the device holds of them. */
    private int forget(Predicate<Slot> which) {
        List<Slot> gone =
                slots.stream().filter(slot -> slot.idle() && which.test(slot)).toList();
        slots.removeAll(gone);
        changed();
        gone.forEach(this::clear);
        return gone.size();
    }

    private void clear(Slot slot) {
        try {
            runner.clearColumns(slot.firstColumn(), slot.end() - slot.firstColumn());
        } catch (RuntimeException | Error failure) {
            LOG.log(Level.ERROR, "the columns of a dropped adapter could not be cleared", failure);
        }
    }

    /** Throws unless every column is free or in one slot and the slots are held by exactly these sequences. */
    void audit(Collection<Sequence> holders) {
        int end = 0;
        int held = 0;
        int inUse = 0;
        for (Slot slot : slots) {
            if (slot.firstColumn() < end || slot.end() > columns) {
                throw new IllegalStateException("the slot at column %d overlaps another".formatted(slot.firstColumn()));
            }
            end = slot.end();
            held += slot.sequences();
            inUse += slot.idle() ? 0 : 1;
        }
        int holding = 0;
        for (Sequence sequence : holders) {
            Slot slot = sequence.slot();
            if (slot != null) {
                holding++;
                if (!slots.contains(slot) || !slot.sharing().equals(sequence.sharing())) {
                    throw new IllegalStateException("a sequence holds a slot of another adapter");
                }
            }
        }
        if (held != holding || inUse != active || slots.size() > most) {
            throw new IllegalStateException(
                    "slots are held %d times by %d sequences, %d of %d active".formatted(held, holding, inUse, active));
        }
    }

    private Slot hold(Slot slot, String user) {
        if (slot.idle()) {
            active++;
        }
        slot.hold(user, ++tick);
        return slot;
    }

    private void evictOldest() {
        Slot oldest = null;
        for (Slot slot : slots) {
            if (slot.idle() && (oldest == null || slot.lastUsed() < oldest.lastUsed())) {
                oldest = slot;
            }
        }
        if (oldest == null) {
            throw new IllegalStateException("an adapter was to be loaded that does not fit");
        }
        slots.remove(oldest);
        observer.slotEvicted();
        changed();
    }

    /** Index of the slot before which so many columns are free, -1 if there is none. */
    private int gap(int rank) {
        for (int i = 0; i <= slots.size(); i++) {
            int next = i == slots.size() ? columns : slots.get(i).firstColumn();
            if (next - endBefore(i) >= rank) {
                return i;
            }
        }
        return -1;
    }

    private int endBefore(int index) {
        return index == 0 ? 0 : slots.get(index - 1).end();
    }

    private int indexOf(String sharing) {
        for (int i = 0; i < slots.size(); i++) {
            if (slots.get(i).sharing().equals(sharing)) {
                return i;
            }
        }
        return -1;
    }

    private void changed() {
        resident = slots.stream().map(Slot::fingerprint).distinct().toList();
    }
}
