package dev.piecewise.loadtest;

/** The load generator's entry. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.err.println("piecewise-loadtest: the load generator is not there yet");
        System.exit(1);
    }
}
