import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import { readdirSync } from "node:fs";
import ts from "typescript-eslint";

/** Layers, top to bottom: app > features > components > lib. A feature never imports another one. */
const features = readdirSync(new URL("./src/features", import.meta.url));
const forbid = (files, patterns) => ({
  files,
  rules: { "no-restricted-imports": ["error", { patterns }] },
});
const above = (layer, names) => ({
  group: names.flatMap((name) => [`@/${name}`, `@/${name}/**`]),
  message: `${layer} must not import from a layer above it.`,
});

export default ts.config(
  { ignores: ["dist", "dist-production", "src/lib/api/types.ts"] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  hooks.configs.flat.recommended,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js", "scripts/*.mjs"] } } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "no-console": "error",
    },
  },
  {
    files: ["eslint.config.js", "scripts/**"],
    ...ts.configs.disableTypeChecked,
    languageOptions: { globals: { console: "readonly", process: "readonly", URL: "readonly" } },
  },
  { files: ["scripts/**"], rules: { "no-console": "off" } },
  forbid(["src/lib/**"], [above("lib", ["components", "features", "app"])]),
  forbid(["src/components/**"], [above("components", ["features", "app"])]),
  ...features.map((feature) =>
    forbid(
      [`src/features/${feature}/**`],
      [
        above("A feature", ["app"]),
        {
          group: features.filter((other) => other !== feature).flatMap((other) => [`@/features/${other}`, `@/features/${other}/**`, `../${other}/**`]),
          message: "A feature must not import another feature: share through lib or components, compose in app.",
        },
      ],
    ),
  ),
);
