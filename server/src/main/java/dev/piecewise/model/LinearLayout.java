package dev.piecewise.model;

/** How the weights of linear layers lie in memory. */
enum LinearLayout {
    /** As the checkpoint has them. */
    DENSE(0),
    /** In oneDNN's own layout, twice as fast on CPUs (bfloat16). */
    PACKED(1),
    /** Rounded to int8 with a scale for each output, in oneDNN's own layout: half the bytes to read, twice the products a second (CPU). */
    PACKED_INT8(2);

    private final int code;

    LinearLayout(int code) {
        this.code = code;
    }

    /** The script's number of it. */
    int code() {
        return code;
    }
}
