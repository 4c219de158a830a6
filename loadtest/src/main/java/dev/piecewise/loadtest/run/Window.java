package dev.piecewise.loadtest.run;

/** Says of each request whether it belongs to the warm-up, is measured, or is not sent any more. */
final class Window {
    private final Limits limits;
    private final long warmUntil;
    private long sent;
    private long measured;
    private long begin = Long.MAX_VALUE;

    /** What a request is to a run. */
    enum Part {
        WARM_UP,
        MEASURED,
        NONE
    }

    /** The run starts at {@code start}. */
    Window(Limits limits, long start) {
        this.limits = limits;
        warmUntil = start + limits.warmup().toNanos();
    }

    /** A request's number, and what it is to the run. */
    record Place(long index, Part part) {}

    /** The place of a request that is to be sent at {@code intended}. */
    synchronized Place place(long intended) {
        if (intended < warmUntil || sent < limits.warmupRequests()) {
            return new Place(sent++, Part.WARM_UP);
        }
        if (begin == Long.MAX_VALUE) {
            begin = Math.max(warmUntil, limits.warmupRequests() > 0 ? intended : warmUntil);
        }
        if (measured >= limits.requests()
                || intended - begin >= limits.duration().toNanos()) {
            return new Place(sent, Part.NONE);
        }
        measured++;
        return new Place(sent++, Part.MEASURED);
    }

    /** Share of the run that has passed at {@code now}, from 0 to 1. */
    synchronized double passed(long now) {
        if (begin == Long.MAX_VALUE) {
            return 0;
        }
        double time = (double) (now - begin) / limits.duration().toNanos();
        return Math.clamp(Math.max(time, (double) measured / limits.requests()), 0.0, 1.0);
    }

    /** When the warm-up ended; the longest moment there is while it goes on. */
    synchronized long begin() {
        return begin;
    }
}
