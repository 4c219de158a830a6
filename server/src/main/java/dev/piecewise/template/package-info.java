/** An interpreter for Jinja2 templates as checkpoints bring them along: hostile ones end soon, and none reaches anything but the values it is given. */
@NullMarked
package dev.piecewise.template;

import org.jspecify.annotations.NullMarked;
