package dev.piecewise.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.adapter.HistoryItem;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A process that is killed in the middle of its writes, again and again. */
final class KilledWriter {
    private KilledWriter() {}

    static void checkThatNothingIsLost(String url, int rounds) throws IOException, InterruptedException {
        Random random = new Random(11);
        int acknowledged = 0;
        for (int round = 0; round < rounds; round++) {
            acknowledged = writeAndKill(url, random.nextInt(1, 60));
            try (Store store = Stores.open(url)) {
                int stored = store.user("ann").orElseThrow().items();
                assertThat(stored).isBetween(acknowledged, acknowledged + 1);
                assertThat(store.history("ann", 0, Integer.MAX_VALUE))
                        .extracting(HistoryItem::completion)
                        .containsExactlyElementsOf(IntStream.range(0, stored)
                                .mapToObj(Writer::text)
                                .toList());
            }
        }
        assertThat(acknowledged).isGreaterThan(rounds);
    }

    /** Lets a process write until it has acknowledged so many items, kills it, and returns how many the store is to hold at least. */
    private static int writeAndKill(String url, int items) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        url)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int last = 0;
        try (BufferedReader acknowledgements = process.inputReader()) {
            String line = acknowledgements.readLine();
            for (int i = 1; line != null; i++, line = acknowledgements.readLine()) {
                last = Integer.parseInt(line);
                if (i == items) {
                    process.toHandle().destroyForcibly();
                }
            }
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("killed, not ended").isEqualTo(137);
        return last;
    }

    /** The process: appends items one by one and prints, after each, how many there are. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            try (Store store = Stores.open(arguments[0])) {
                int total = store.user("ann").map(Store.User::items).orElse(0);
                while (true) {
                    HistoryItem item = new HistoryItem("id " + total, null, null, text(total));
                    total = store.append("ann", List.of(item)).total();
                    System.out.println(total);
                }
            }
        }

        static String text(int number) {
            return (number + " ").repeat(200);
        }
    }
}
