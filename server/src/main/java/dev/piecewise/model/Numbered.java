package dev.piecewise.model;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Objects that the script names by numbers when it calls operators of our own. Any thread may call. */
final class Numbered<T> {
    private final Map<Long, T> all = new ConcurrentHashMap<>();
    private final AtomicLong last = new AtomicLong();

    /** The number of this one from now on, above 0. */
    long add(T one) {
        long number = last.incrementAndGet();
        all.put(number, one);
        return number;
    }

    T get(long number) {
        T found = all.get(number);
        if (found == null) {
            throw new IllegalArgumentException("nothing has the number " + number);
        }
        return found;
    }

    void remove(long number) {
        all.remove(number);
    }
}
