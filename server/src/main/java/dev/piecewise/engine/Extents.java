package dev.piecewise.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The taken ranges of the KV arena in the order of their places. What lies between them is free, so free ranges never need to be joined. */
final class Extents {
    /** Neighbours {@code first .. last}: moved together, or evicted, they leave a hole that is large enough. */
    record Window(int first, int last) {}

    private final int places;
    private final ArrayList<Extent> taken = new ArrayList<>();
    private int free;

    Extents(int places) {
        this.places = places;
        free = places;
    }

    int places() {
        return places;
    }

    int free() {
        return free;
    }

    List<Extent> taken() {
        return taken;
    }

    /** Where the smallest free range of at least {@code need} places starts, -1 if there is none. */
    int find(int need) {
        int best = -1;
        int bestLength = Integer.MAX_VALUE;
        for (int i = 0; i <= taken.size(); i++) {
            int length = gapBefore(i);
            if (length >= need && length < bestLength) {
                best = endBefore(i);
                bestLength = length;
            }
        }
        return best;
    }

    void add(Extent extent) {
        int at = indexOf(extent.start());
        int index = at < 0 ? -at - 1 : at;
        if (extent.start() < endBefore(index) || extent.end() > startOf(index)) {
            throw new IllegalStateException("places %d to %d are taken".formatted(extent.start(), extent.end()));
        }
        taken.add(index, extent);
        free -= extent.capacity();
    }

    void remove(Extent extent) {
        int index = index(extent);
        taken.remove(index);
        free += extent.capacity();
    }

    /** Free places right after an extent. */
    int roomAfter(Extent extent) {
        return gapBefore(index(extent) + 1);
    }

    void resize(Extent extent, int capacity) {
        if (extent.start() + capacity > startOf(index(extent) + 1)) {
            throw new IllegalStateException("no room for %d places at %d".formatted(capacity, extent.start()));
        }
        free -= capacity - extent.capacity();
        extent.resize(capacity);
    }

    int index(Extent extent) {
        int index = indexOf(extent.start());
        if (index < 0 || taken.get(index) != extent) {
            throw new IllegalStateException("the extent at %d is not in the books".formatted(extent.start()));
        }
        return index;
    }

    /** The neighbours to evict for a hole of {@code need} places: those whose most recently used one was used longest ago; null if running ones are in the way. */
    @Nullable Window stalest(int need) {
        Window best = null;
        long bestUse = Long.MAX_VALUE;
        int first = 0;
        for (int last = 0; last < taken.size(); last++) {
            if (!taken.get(last).evictable()) {
                first = last + 1;
                continue;
            }
            while (first < last && startOf(last + 1) - endBefore(first + 1) >= need) {
                first++;
            }
            if (startOf(last + 1) - endBefore(first) >= need) {
                long use = lastUse(first, last);
                if (use < bestUse) {
                    bestUse = use;
                    best = new Window(first, last);
                }
            }
        }
        return best;
    }

    /**
     * The neighbours that leave a hole of {@code need} places after them when they move down next to each other, with the fewest tokens to copy; null if there are
     * none. {@code before}, where given, is the one that the hole must follow.
     */
    @Nullable Window cheapestMove(int need, @Nullable Extent before) {
        Window best = null;
        long bestCost = Long.MAX_VALUE;
        long cost = 0;
        int room = 0;
        int first = 0;
        for (int last = 0; last < taken.size(); last++) {
            room += gapBefore(last);
            cost += taken.get(last).computed();
            int hole = room + gapBefore(last + 1);
            while (first < last && hole - gapBefore(first) >= need) {
                hole -= gapBefore(first);
                room -= gapBefore(first);
                cost -= taken.get(first).computed();
                first++;
            }
            if (hole >= need && cost < bestCost && (before == null || taken.get(last) == before)) {
                bestCost = cost;
                best = new Window(first, last);
            }
        }
        return best;
    }

    /** Throws unless the ranges lie inside the arena, apart from each other, and add up. */
    void audit() {
        int sum = 0;
        for (int i = 0; i < taken.size(); i++) {
            Extent extent = taken.get(i);
            sum += extent.capacity();
            if (gapBefore(i) < 0 || extent.capacity() < 1 || extent.computed() > extent.capacity()) {
                throw new IllegalStateException(
                        "the extent at %d overlaps another or overflows".formatted(extent.start()));
            }
        }
        if (gapBefore(taken.size()) < 0 || sum + free != places) {
            throw new IllegalStateException("%d places taken and %d free are not %d".formatted(sum, free, places));
        }
    }

    int endBefore(int index) {
        return index == 0 ? 0 : taken.get(index - 1).end();
    }

    private int startOf(int index) {
        return index == taken.size() ? places : taken.get(index).start();
    }

    private int gapBefore(int index) {
        return startOf(index) - endBefore(index);
    }

    private long lastUse(int first, int last) {
        long use = 0;
        for (int i = first; i <= last; i++) {
            use = Math.max(use, taken.get(i).lastUsed());
        }
        return use;
    }

    private int indexOf(int start) {
        int low = 0;
        int high = taken.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int there = taken.get(middle).start();
            if (there == start) {
                return middle;
            }
            if (there < start) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }
}
