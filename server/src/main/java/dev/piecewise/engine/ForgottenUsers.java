package dev.piecewise.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/** The latest users who were forgotten, and when. Confined to the engine's thread. */
final class ForgottenUsers {
    private static final int MOST = 100_000;

    private final Map<String, Long> times = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST;
        }
    };

    /** What was begun for this user until now is kept no more. */
    void add(String user) {
        times.remove(user);
        times.put(user, System.nanoTime());
    }

    /** Whether a sequence that comes now was begun before its user was forgotten. */
    boolean keepsNothingOf(Sequence sequence) {
        Long time = times.get(sequence.request().user());
        return time != null && sequence.request().begun() - time <= 0;
    }
}
