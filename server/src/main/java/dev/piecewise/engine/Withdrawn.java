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

    private final Set<String> pools = new HashSet<>();
    private final Set<Integer> sharers = new HashSet<>();
    private final Set<Integer> onDevice = new HashSet<>();

    void add(Engine.Withdrawal withdrawal) {
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

    /** Erases from the device what none of these sequences runs with. What cannot be erased is not tried again: nothing reads it. */
    void erase(Collection<Sequence> live, ModelRunner runner) {
        if (onDevice.isEmpty()) {
            return;
        }
        List<Integer> unused = onDevice.stream()
                .filter(sharer -> live.stream().noneMatch(sequence -> uses(sequence, sharer)))
                .toList();
        if (unused.isEmpty()) {
            return;
        }
        unused.forEach(onDevice::remove);
        try {
            runner.erasePieces(unused);
        } catch (RuntimeException | Error failure) {
            LOG.log(Level.ERROR, "withdrawn pieces could not be erased from the device", failure);
        }
    }

    private static boolean uses(Sequence sequence, int sharer) {
        Adaptation adaptation = sequence.request().adaptation();
        return adaptation instanceof Resident resident
                && resident.gains().values().stream().anyMatch(gains -> sharer < gains.length && gains[sharer] != 0);
    }
}
