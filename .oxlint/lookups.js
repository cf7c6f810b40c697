/**
 * `directory[handle]` finds what Object.prototype holds when somebody is called `constructor`. So an
 * object is never asked for a name that is not written in the code, unless by `lookUp` of
 * machines/look-up.ts. What is left are positions in a list (`i`, `index`, or arithmetic), and the
 * closed catalogues that .oxlintrc.json names, to which TypeScript lets nothing but their own keys.
 */
const positions = new Set(['i', 'index']);

const isPosition = (key) => {
  switch (key.type) {
    case 'Identifier':
      return positions.has(key.name);
    case 'BinaryExpression':
      // text can be added as well
      return key.operator !== '+' || isPosition(key.left);
    case 'ConditionalExpression':
      return isPosition(key.consequent) && isPosition(key.alternate);
    default:
      return key.type === 'CallExpression' && key.callee.name === 'Number';
  }
};

const isWritten = (key) =>
  key.type === 'Literal' || (key.type === 'TemplateLiteral' && key.expressions.length === 0);

const ownNames = {
  meta: { schema: [{ type: 'array', items: { type: 'string' } }] },
  create(context) {
    const closed = new Set(context.options[0]);
    const isClosed = ({ type, name }) => type === 'Identifier' && closed.has(name);
    return {
      MemberExpression(node) {
        const { computed, object, property } = node;
        if (!computed || isWritten(property) || isPosition(property) || isClosed(object)) return;
        context.report({
          node,
          message: 'Ask with lookUp() of machines/look-up.ts, or keep a Map.',
        });
      },
      BinaryExpression(node) {
        if (node.operator !== 'in' || isWritten(node.left)) return;
        context.report({ node, message: 'Ask Object.hasOwn: `in` finds Object.prototype’s too.' });
      },
    };
  },
};

export default { meta: { name: 'lookups' }, rules: { 'own-names': ownNames } };
