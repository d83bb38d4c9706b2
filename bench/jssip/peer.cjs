// The peer's parser, which is none of its exports.
module.exports = require('jssip/lib/Parser');
