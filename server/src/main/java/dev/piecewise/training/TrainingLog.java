package dev.piecewise.training;

import dev.piecewise.checkpoint.BadFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Keeps a line of numbers for each step in a CSV file; goes on with the file of a run that was killed, from the step that is trained next. */
public final class TrainingLog implements TrainingListener {
    private static final String HEADER = "step,loss,gradient_norm,learning_rate,tokens_per_second";

    private final Path file;
    private final List<String> lines = new ArrayList<>();
    private boolean begun;

    public TrainingLog(Path file) {
        this.file = file;
    }

    @Override
    public void stepped(Progress progress) {
        if (!begun) {
            begin(progress.step());
        }
        String line = String.format(
                Locale.ROOT,
                "%d,%.6f,%.6f,%.8g,%.1f",
                progress.step(),
                progress.loss(),
                progress.gradient(),
                progress.learningRate(),
                progress.tokensPerSecond());
        lines.add(line);
        try {
            Files.writeString(file, line + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw BadFileException.of(file, e);
        }
    }

    /** This log and another listener. */
    TrainingListener and(TrainingListener other) {
        return new TrainingListener() {
            @Override
            public void stepped(Progress progress) {
                TrainingLog.this.stepped(progress);
                other.stepped(progress);
            }

            @Override
            public void measured(double tokensPerSecond, double limit) {
                other.measured(tokensPerSecond, limit);
            }

            @Override
            public boolean stops() {
                return other.stops();
            }
        };
    }

    private void begin(int next) {
        begun = true;
        try {
            if (file.getParent() != null) {
                Files.createDirectories(file.getParent());
            }
            if (next > 1 && Files.exists(file)) {
                Files.readAllLines(file).stream()
                        .skip(1)
                        .filter(line -> stepOf(line) > 0 && stepOf(line) < next)
                        .forEach(lines::add);
            }
            StringBuilder kept = new StringBuilder(HEADER).append('\n');
            lines.forEach(line -> kept.append(line).append('\n'));
            Files.writeString(file, kept);
        } catch (IOException e) {
            throw BadFileException.of(file, e);
        }
    }

    /** 0 for a line that was cut off. */
    private static int stepOf(String line) {
        String[] fields = line.split(",", -1);
        return fields.length == 5 && fields[0].matches("\\d{1,9}") ? Integer.parseInt(fields[0]) : 0;
    }

    /** Writes the CSV and the curve of the loss into a directory. */
    public void publish(Path directory) throws IOException {
        StringBuilder csv = new StringBuilder(HEADER).append('\n');
        lines.forEach(line -> csv.append(line).append('\n'));
        Files.writeString(directory.resolve("training.csv"), csv);
        double[] losses = lines.stream()
                .mapToDouble(line -> Double.parseDouble(line.split(",", -1)[1]))
                .toArray();
        Files.writeString(directory.resolve("loss.svg"), LossPlot.svg(losses));
    }
}
