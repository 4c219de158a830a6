package dev.piecewise.engine;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Adaptation.Resident;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What was withdrawn since the engine began, and what of it the device still holds because sequences run with it. Confined to the engine's thread. */
final class Withdrawn {
    private static final Logger LOG = System.getLogger(Withdrawn.class.getName());

    /** In steps. */
    private static final int LONGEST_PAUSE = 4095;

    private final Set<String> pools = new HashSet<>();
    private final Set<Integer> sharers = new HashSet<>();
    private final Set<Integer> onDevice = new HashSet<>();
    private int pause;
    private int paused;

    void add(Engine.Withdrawal withdrawal) {
        paused = pause;
        pools.add(withdrawal.pool());
        for (int sharer : withdrawal.sharers()) {
            if (sharers.add(sharer)) {
                onDevice.add(sharer);
            }
        }
    }

    /** Whether a sequence that comes now can not be run any more. */
    boolean refuses(Sequence sequence) {
        return sharers.stream().anyMatch(sharer -> uses(sequence, sharer));
    }

    /** Whether pieces took part in a sequence that are withdrawn, or may have. */
    boolean keepsNothingOf(Sequence sequence) {
        return pools.contains(sequence.pool()) || refuses(sequence);
    }

    /**
     * Erases from the device what none of these sequences runs with; to be called after each step. What cannot be erased, as when memory does not suffice, is tried again after twice as many calls as
     * the last time; nothing reads it meanwhile.
     */
    void erase(Collection<Sequence> live, ModelRunner runner) {
        if (onDevice.isEmpty()) {
            return;
        }
        if (paused < pause) {
            paused++;
            return;
        }
        List<Integer> unused = onDevice.stream()
                .filter(sharer -> live.stream().noneMatch(sequence -> uses(sequence, sharer)))
                .toList();
        if (unused.isEmpty()) {
            return;
        }
        paused = 0;
        try {
            runner.erasePieces(unused);
            unused.forEach(onDevice::remove);
            pause = 0;
        } catch (RuntimeException | Error failure) {
            pause = Math.min(LONGEST_PAUSE, 2 * pause + 1);
            LOG.log(Level.ERROR, "withdrawn pieces could not be erased from the device", failure);
        }
    }

    private static boolean uses(Sequence sequence, int sharer) {
        Adaptation adaptation = sequence.request().adaptation();
        return adaptation instanceof Resident resident
                && resident.gains().values().stream().anyMatch(gains -> sharer < gains.length && gains[sharer] != 0);
    }
}
