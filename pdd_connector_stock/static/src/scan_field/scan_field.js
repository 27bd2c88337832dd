// Copyright 2026 The Pinduoduo connector authors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {CharField, charField} from "@web/views/fields/char/char_field";
import {registry} from "@web/core/registry";
import {useEffect} from "@odoo/owl";

/**
 * A field for a barcode scanner, which types a code and Enter. The next code replaces
 * the one before; the same code once more presses a button of the form. Both hands stay
 * with the parcels.
 */
export class ScanField extends CharField {
  static props = {...CharField.props, button: {type: String, optional: true}};

  setup() {
    super.setup();
    this.isTyped = false;
    const onInput = () => (this.isTyped = true);
    const onKeydown = (ev) => ev.key === "Enter" && this.onScan(ev.target);
    useEffect(
      (input) => {
        input?.addEventListener("input", onInput);
        input?.addEventListener("keydown", onKeydown);
        return () => {
          input?.removeEventListener("input", onInput);
          input?.removeEventListener("keydown", onKeydown);
        };
      },
      () => [this.input.el]
    );
  }

  onScan(input) {
    const known = this.props.record.data[this.props.name];
    // scanners that end with two Enter have scanned once
    if (this.isTyped && known && input.value.trim() === known) {
      const form = input.closest(".modal, .o_action");
      form?.querySelector(`button[name="${this.props.button}"]`)?.click();
    }
    this.isTyped = false;
    input.select();
  }
}

export const scanField = {
  ...charField,
  component: ScanField,
  extractProps: (info, dynamicInfo) => ({
    ...charField.extractProps(info, dynamicInfo),
    button: info.options.button,
  }),
};

registry.category("fields").add("pdd_scan", scanField);
