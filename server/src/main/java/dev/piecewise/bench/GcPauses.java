package dev.piecewise.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import jdk.jfr.consumer.RecordingStream;

/** The garbage collector's pauses from its making until {@link #end}, as the JVM's flight recorder tells them. */
public final class GcPauses implements AutoCloseable {
    private final RecordingStream events = new RecordingStream();
    private final List<Double> millis = Collections.synchronizedList(new ArrayList<>());

    /** What they came to; milliseconds. */
    public record Summary(int count, double longest, double total) {}

    public GcPauses() {
        events.enable("jdk.GCPhasePause").withThreshold(Duration.ZERO);
        events.onEvent(
                "jdk.GCPhasePause", event -> millis.add(event.getDuration().toNanos() / 1e6));
        events.startAsync();
    }

    /** Waits for what was recorded so far. */
    public Summary end() {
        events.stop();
        List<Double> all = List.copyOf(millis);
        double total = all.stream().mapToDouble(Double::doubleValue).sum();
        double longest = all.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        return new Summary(all.size(), longest, total);
    }

    @Override
    public void close() {
        events.close();
    }
}
